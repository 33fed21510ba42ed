import NIOCore
import NIOHTTP1

/// Sending files piece by piece, where the system cannot send them by itself: what goes out is encrypted here.
extension ConnectionHandler {
    /// Bytes of a piece; no more of a file is in memory.
    private static let piece = 128 * 1024

    /// Sends bytes of a file, as fast as the client takes them.
    func sendPieces(_ exchange: HTTPExchange, _ file: OpenFile, _ range: Range<Int>) {
        guard let context, !range.isEmpty else { return end(exchange) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let part = range.prefix(Self.piece)
        let isQueued = frontend.readers.submit(frontend.readerLane) {
            [loop = context.eventLoop, number = exchange.number] in
            let bytes = file.bytes(in: part)
            loop.execute { bound.value.send(number, file, bytes, rest: part.upperBound..<range.upperBound) }
        }
        // The header is out: only a broken connection says that the rest does not come.
        if !isQueued { context.close(promise: nil) }
    }

    private func send(_ number: UInt64, _ file: OpenFile, _ bytes: ByteBuffer?, rest: Range<Int>) {
        guard let exchange, exchange.number == number, let context else { return }
        guard let bytes else { return context.close(promise: nil) }
        written += Int64(bytes.readableBytes)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess {
            guard let exchange = self.exchange, exchange.number == number else { return }
            self.sendPieces(exchange, file, rest)
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: promise)
    }
}
