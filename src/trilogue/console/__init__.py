"""The console: the node's pages for its people, over the same services as the API.

Pages are made on the server and work without script. Whoever opens one is signed in (`door`) with
a token or a link that serves once, and sees what their roles allow; every form goes back to the
page that showed it. A page that holds content says so above and below it, and no browser keeps it.

    door      who is it, may they, and does this form come from a page of ours
    page      a page: the frame, the language, what every answer carries
    words     what the pages say, in each language
    pages     one module for each subject
"""

from trilogue.console.app import create_app

__all__ = ["create_app"]
