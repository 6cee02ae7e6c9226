"""The review page's routes: each reads a request, asks the service, and writes the answer."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from formcheck.review.analyses import Analyses
from formcheck.review.calibrations import Calibrations
from formcheck.review.exports import Exports
from formcheck.review.following import follow_point
from formcheck.review.keeping import Keeping
from formcheck.review.library import NotFoundError
from formcheck.review.media import to_jpeg
from formcheck.review.payload import page_texts
from formcheck.review.service import ReviewService
from formcheck.review.uploads import receive
from formcheck.server.endpoints import (
    HTML,
    Endpoint,
    disposition,
    download_endpoint,
    json_body_endpoint,
    json_endpoint,
    number_in_query,
    page_endpoint,
)
from formcheck.server.errors import RequestError
from formcheck.server.jobs import JobQueue

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_REVIEW_BYTES = 2_000_000
_MAX_MARKS_BYTES = 10_000
_MAX_FRAME_PX = 4096
# An exported page is a file on its own: it carries its styles and scripts and names them by hash in its own policy. It
# is sandboxed away from this site, so that nothing in it can ask the server for anything.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-modals"
)


def review_routes(service: ReviewService, analysis_jobs: JobQueue, *, page: str = "/") -> list[Route]:
    """Return the routes of the review page, which itself is at ``page``."""
    analyses, exports, calibrations = Analyses(service, analysis_jobs), Exports(service), Calibrations(service)
    keeping = Keeping(service)
    item, texts = "/api/items/{id}", service.texts
    index = page_endpoint("formcheck.review", "index.html.j2", page_texts(texts), texts, beside_home=page != "/")
    pdf = download_endpoint(lambda r: exports.pdf(_id(r), _layer(r)), "application/pdf", "pdf")
    return [
        Route(page, index),
        Route("/api/state", json_endpoint(lambda _: service.state())),
        Route("/api/items", json_endpoint(lambda _: service.items())),
        Route(item, json_endpoint(lambda r: service.show(_id(r)))),
        Route(f"{item}/track.bin", _landmarks(service)),
        Route(f"{item}/video", _video(service)),
        Route(f"{item}/frame", _frame(service)),
        Route(f"{item}/scrub", _scrub_index(service)),
        Route(f"{item}/scrub/{{copy}}/{{number:int}}", _scrub_image(service)),
        Route(f"{item}/review", _put_review(service), methods=["PUT"]),
        Route(f"{item}/review", json_endpoint(lambda r: service.delete_review(_id(r))), methods=["DELETE"]),
        Route(f"{item}/follow", _follow(service), methods=["POST"]),
        Route(f"{item}/calibrations", json_endpoint(lambda r: calibrations.show(_id(r)))),
        Route(f"{item}/calibrations", json_endpoint(lambda r: calibrations.keep(_id(r)), 201), methods=["POST"]),
        Route(
            f"{item}/calibrations/{{number}}",
            json_endpoint(lambda r: calibrations.remove(_id(r), r.path_params["number"])),
            methods=["DELETE"],
        ),
        Route(f"{item}/record", json_endpoint(lambda r: keeping.keep(_id(r)), 201), methods=["POST"]),
        Route(f"{item}/analyse", json_endpoint(lambda r: analyses.start(_id(r), **_options(r)), 202), methods=["POST"]),
        Route(
            f"{item}/analyse-again",
            json_endpoint(lambda r: analyses.start_again(_id(r), speed=number_in_query(r, "speed")), 202),
            methods=["POST"],
        ),
        Route(f"{item}/report.html", _page(exports)),
        Route(f"{item}/report.pdf", pdf),
        Route(f"{item}/review.json", download_endpoint(lambda r: exports.review(_id(r)), "application/json", "json")),
        Route(
            f"{item}/session.json",
            download_endpoint(lambda r: exports.session(_id(r), _layer(r)), "application/json", "json"),
        ),
        Route(f"{item}/angles.csv", download_endpoint(lambda r: exports.angles(_id(r), _layer(r)), "text/csv", "csv")),
        Route(f"{item}/set.xlsx", download_endpoint(lambda r: exports.workbook(_id(r), _layer(r)), _XLSX, "xlsx")),
        Route(f"{item}/images.zip", download_endpoint(lambda r: exports.images(_id(r)), "application/zip", "zip")),
        Route(f"{item}/annotated.mp4", _annotated(exports)),
        Route("/api/compare", json_endpoint(lambda r: _compare(service, r))),
        Route("/api/uploads", _upload(service, analyses), methods=["POST"]),
        Route("/api/jobs", json_endpoint(lambda _: service.jobs())),
        Route("/api/jobs/{job}", json_endpoint(lambda r: analyses.cancel(r.path_params["job"])), methods=["DELETE"]),
    ]


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _layer(request: Request) -> str:
    return request.query_params.get("layer", "reviewed")


def _options(request: Request) -> dict[str, str | None]:
    """Return the options of an analysis."""
    return {"protocol_id": request.query_params.get("protocol"), "side": request.query_params.get("side")}


def _put_review(service: ReviewService) -> Endpoint:
    return json_body_endpoint(lambda r, body: service.save_review(_id(r), body), limit=_MAX_REVIEW_BYTES)


def _follow(service: ReviewService) -> Endpoint:
    return json_body_endpoint(lambda r, body: follow_point(service, _id(r), body), limit=_MAX_MARKS_BYTES)


def _landmarks(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        reviewed = request.query_params.get("layer") == "reviewed"
        data = await run_in_threadpool(service.landmarks, _id(request), reviewed=reviewed)
        return Response(data, media_type="application/octet-stream")

    return endpoint


def _video(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        video = await run_in_threadpool(service.video, _id(request))
        if video.path is None:
            body = {"error": "the video is being prepared for this browser", "share": video.share}
            return JSONResponse(body, 503, headers={"Retry-After": "1"})
        return FileResponse(video.path, media_type=video.media_type)

    return endpoint


def _frame(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        t_s, width_px = number_in_query(request, "t"), number_in_query(request, "w", _MAX_FRAME_PX)
        if t_s is None or not 0 <= t_s < 86_400:
            raise RequestError("expected a time in seconds with ?t=")
        if width_px is None or not 16 <= width_px <= _MAX_FRAME_PX:
            raise RequestError(f"expected a width from 16 to {_MAX_FRAME_PX} with &w=")

        def read() -> bytes:
            return to_jpeg(service.frame(_id(request), t_s), width_px=int(width_px))

        return Response(await run_in_threadpool(read), media_type="image/jpeg")

    return endpoint


def _scrub_index(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        images = await run_in_threadpool(service.scrub_images, _id(request))
        if images is None:
            return JSONResponse({}, 202, headers={"Retry-After": "1"})
        return JSONResponse({"url": f"{request.url.path}/{images.name}", "frames": images.frames.tolist()})

    return endpoint


def _scrub_image(service: ReviewService) -> Endpoint:
    def read(request: Request) -> bytes:
        images, path = service.scrub_images(_id(request)), request.path_params
        # What was made again may have other images.
        if images is None or images.name != path["copy"]:
            raise NotFoundError("there are no such images (any more); ask for their index again")
        return images.read(path["number"])

    async def endpoint(request: Request) -> Response:
        return Response(await run_in_threadpool(read, request), media_type="image/jpeg")

    return endpoint


def _page(exports: Exports) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        page, name = await run_in_threadpool(exports.page, _id(request), _layer(request))
        headers = {"Content-Security-Policy": _PAGE_POLICY, "Content-Disposition": disposition("inline", name, "html")}
        return Response(page, media_type=HTML, headers=headers)

    return endpoint


def _annotated(exports: Exports) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        path, name = await run_in_threadpool(exports.annotated, _id(request))
        headers = {"Content-Disposition": disposition("attachment", name, "mp4")}
        return FileResponse(path, media_type="video/mp4", headers=headers)

    return endpoint


def _compare(service: ReviewService, request: Request) -> dict[str, Any]:
    query = request.query_params
    layers = (query.get("a_layer", "reviewed"), query.get("b_layer", "reviewed"))
    return service.compare((query.get("a", ""), query.get("b", "")), layers)


def _upload(service: ReviewService, analyses: Analyses) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        folder = analyses.upload_folder(**_options(request))
        declared = request.headers.get("content-length", "")
        clip = await receive(
            request.stream(),
            name=request.query_params.get("name", ""),
            folder=folder,
            declared=int(declared) if declared.isdecimal() else None,
            check=service.media.check,
            gone=request.is_disconnected,
        )
        return JSONResponse(await run_in_threadpool(analyses.start_upload, clip, **_options(request)), 202)

    return endpoint
