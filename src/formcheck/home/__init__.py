"""The page that opens when formcheck is started without a command: practise, check a video, my practice, review.

It is served together with the review page, by the same server. Parts:

    app          its routes
    record_view  what it shows of the practice record, and what it changes there
    checks       videos that are dropped on it: analysed, shown, kept if wanted
    live_window  live practice, a process of its own
    devices      which cameras there are, what one of them sees, and whether sound is heard
    instance     one home for each practice record
    shortcut     the icon that opens it
"""
