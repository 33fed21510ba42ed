import NIOCore
import NIOHTTP1
import Synchronization

/// A request's body on its way, bounded for each request and for all of them.
extension ConnectionHandler {
    func receive(_ bytes: ByteBuffer) {
        guard let exchange else { return }
        exchange.received += bytes.readableBytes
        pace.received(bytes.readableBytes)
        if exchange.phase == .discarding {
            if exchange.received > Self.discarded { context?.close(promise: nil) }
            return
        }
        guard exchange.received <= configuration.maximumBody else {
            exchange.input?.abandon()
            return exchange.phase == .receiving ? refuse(exchange, 413) : close()
        }
        if let input = exchange.input {
            exchange.isHeldUp = !input.push(bytes)
            return
        }
        if let stream {
            guard stream.load.keep(bytes.readableBytes) else { return refuse(exchange, 503, [("retry-after", "1")]) }
            exchange.kept += bytes.readableBytes
        }
        // What each connection may send, times the connections there may be, is more than there is.
        exchange.held += bytes.readableBytes
        let all = frontend.keptBodies.add(bytes.readableBytes, ordering: .relaxed).newValue
        guard all <= configuration.keptBodies else {
            release(exchange)
            return refuse(exchange, 503, [("retry-after", "1")])
        }
        if exchange.body.readableBytes == 0 { exchange.body = bytes } else { exchange.body.writeImmutableBuffer(bytes) }
        advance(exchange)
    }

    /// The request's body is kept no longer.
    func release(_ exchange: HTTPExchange) {
        guard exchange.held > 0 else { return }
        frontend.keptBodies.subtract(exchange.held, ordering: .relaxed)
        exchange.held = 0
        exchange.body = ByteBuffer()
    }

    func complete() {
        guard let exchange else { return }
        exchange.isComplete = true
        pace.work()
        if exchange.phase == .discarding { return close() }
        exchange.input?.end()
        advance(exchange)
    }
}
