import Glibc

/// The first bytes of an open file, so many unless it is shorter; and the error number that ended the reading, or 0.
func readBytes(_ descriptor: Int32, count: Int) -> (bytes: [UInt8], failure: Int32) {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
        while read < buffer.count {
            let got = pread(descriptor, buffer.baseAddress?.advanced(by: read), buffer.count - read, read)
            if got < 0, errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got <= 0 { break }
            read += got
        }
    }
    return (bytes, failure)
}
