/// Content types by file name.
package enum MediaType {
    private static let byExtension = [
        "aac": "audio/aac", "apng": "image/apng", "avif": "image/avif", "bmp": "image/bmp",
        "css": "text/css; charset=utf-8", "csv": "text/csv; charset=utf-8", "gif": "image/gif",
        "gz": "application/gzip",
        "htm": "text/html; charset=utf-8", "html": "text/html; charset=utf-8", "ico": "image/x-icon",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "jsonld": "application/ld+json", "m4a": "audio/mp4", "map": "application/json",
        "md": "text/markdown; charset=utf-8", "mjs": "text/javascript; charset=utf-8", "mp3": "audio/mpeg",
        "mp4": "video/mp4", "mpeg": "video/mpeg", "oga": "audio/ogg", "ogg": "audio/ogg", "ogv": "video/ogg",
        "otf": "font/otf", "pdf": "application/pdf", "png": "image/png", "rss": "application/rss+xml",
        "svg": "image/svg+xml", "tar": "application/x-tar", "tif": "image/tiff", "tiff": "image/tiff",
        "ttf": "font/ttf", "txt": "text/plain; charset=utf-8",
        "wat": "text/plain; charset=utf-8",
        "wav": "audio/wav", "weba": "audio/webm", "webm": "video/webm", "webmanifest": "application/manifest+json",
        "webp": "image/webp", "woff": "font/woff", "woff2": "font/woff2", "xhtml": "application/xhtml+xml",
        "xml": "application/xml", "zip": "application/zip",
    ]

    /// The type of a file of that name; bytes, if nothing is known about it.
    package static func of(_ name: String) -> String {
        let last = name[(name.lastIndex(of: "/") ?? name.startIndex)...]
        guard let dot = last.lastIndex(of: ".") else { return "application/octet-stream" }
        return byExtension[last[last.index(after: dot)...].lowercased()] ?? "application/octet-stream"
    }
}
