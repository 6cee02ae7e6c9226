"""The clinician's page: a local web server that shows a judged clip, and keeps what a reviewer says beside it."""
