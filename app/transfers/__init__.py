"""In and out: files of organizations through the browser, in the background."""
