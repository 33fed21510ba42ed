import Glibc
import NIOCore

extension OpenFile {
    /// Some of its bytes; nil if they are not all there.
    ///
    /// Blocks.
    func bytes(in range: Range<Int>) -> ByteBuffer? {
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        while buffer.writerIndex < range.count {
            let (at, left) = (range.lowerBound + buffer.writerIndex, range.count - buffer.writerIndex)
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: left) { space in
                max(0, pread(descriptor, space.baseAddress, left, at))
            }
            guard got > 0 else { return nil }
        }
        return buffer
    }
}
