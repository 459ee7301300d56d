# Files that plugins keep.
ask-documents = Keep files of these kinds, encrypted
act-document-kept = kept a file
act-document-downloaded = downloaded a file kept by
act-document-deleted = deleted a file kept by
error-documents-unavailable = Files can’t be stored or read right now.
error-document-key = This key stands for another file already.
