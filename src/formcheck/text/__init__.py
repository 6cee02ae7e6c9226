"""All words that formcheck says: message catalogues, number formats, and sentences made from findings."""
