"""The clinician's page: a local web server that shows an analysed clip, and stores a review beside the analysis.

One edit on the page is one ``PUT /api/items/{id}/review`` with the whole review:

    app._put_review          reads the JSON
    service.save_review      under the item's lock:
      model.parse_review       is it a review?
      analysis.apply           the session as reviewed, judged again from the track where needed (apply.apply_review)
      apply.check_fits         does it speak of times, points and repetitions that exist?
      storage.save             stored as the next revision, or ConflictError
      payload.reviewed_part    the session as reviewed, for the page
"""
