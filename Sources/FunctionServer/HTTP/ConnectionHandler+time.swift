import NIOCore
import NIOHTTP1

/// What takes too long, and what never ends.
extension ConnectionHandler {
    /// Bytes are there, of whatever.
    ///
    /// False: more of them than any body needs are none of the body.
    func bytesArrived(_ count: Int) -> Bool {
        guard let exchange else {
            if !isBehind { pace.receiveHead() }
            return true
        }
        guard !exchange.isComplete else { return true }
        exchange.arrived += count
        // Those of this read are not parsed yet.
        let framing = exchange.arrived - count - exchange.received
        return framing <= configuration.maximumHeader + Self.framing * exchange.received
    }

    /// The client sends what is no end of a body, and no body either: extensions of chunks.
    func refuseFraming(_ context: ChannelHandlerContext) {
        watch?.isDeaf = true
        guard let exchange, exchange.phase == .receiving else { return context.close(promise: nil) }
        refuse(exchange, 400)
    }

    func startTimer(_ context: ChannelHandlerContext) {
        let shortest = min(configuration.idleTimeout, configuration.headerTimeout, configuration.grace)
        let interval = TimeAmount.nanoseconds(min(5 * .second, max(10 * .millisecond, shortest / 4)))
        // It is cancelled when the connection ends. A weak reference would make each other one slower to count.
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: interval) {
            guard let context = self.context else { return }
            self.checkTime(context)
            self.startTimer(context)
        }
    }

    /// Bytes that the client has not taken.
    func bufferedBytes(_ context: ChannelHandlerContext) -> Int64 {
        if let stream { return Int64(stream.codec.waiting) }
        return Int64((try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0)
    }

    private func checkTime(_ context: ChannelHandlerContext) {
        // NIO would wait for the missing bytes, busily.
        if let file = exchange?.file, file.isCut { return context.close(promise: nil) }
        let buffered = bufferedBytes(context)
        switch pace.verdict(sent: written - buffered, waiting: buffered, configuration, now: .now()) {
        case .fine: break
        case .close: context.close(promise: nil)
        case .tooSlow:
            if let exchange, exchange.phase == .receiving {
                refuse(exchange, 408)
            } else if exchange == nil, !isClosing {
                watch?.refuse()
            }
            close()
        }
    }
}
