"""A landmarker that needs no model: it sees what a synthetic track says."""

import numpy as np

from formcheck.pose.landmarker import Detection


class TrackLandmarker:
    """Finds the person of a track at the time of an image, at the image's scale."""

    def __init__(self, track):
        self.track = track
        self.closed = False

    def detect(self, image_bgr, t_s):
        row = int(np.argmin(np.abs(self.track.t_s - t_s)))
        if not np.isfinite(self.track.xy_px[row]).any():
            return None
        scale = image_bgr.shape[1] / self.track.size_px[0]
        return Detection(scale * self.track.xy_px[row], self.track.world_m[row], self.track.visibility[row])

    def close(self):
        self.closed = True
