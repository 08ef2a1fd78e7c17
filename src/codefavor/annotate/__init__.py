"""The human study: people vote on comparisons in the browser, and their votes are analysed."""
