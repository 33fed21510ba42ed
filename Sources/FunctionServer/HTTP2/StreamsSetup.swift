import NIOCore
import NIOHTTP2

extension Frontend {
    /// Makes a connection one of HTTP/2, each stream of which is a connection of one request to the rest of the server.
    func speakHTTP2(_ secure: SecureConnection, on channel: any Channel) throws {
        let load = NIOLoopBound(StreamLoad(), eventLoop: channel.eventLoop)
        let secure = NIOLoopBound(secure, eventLoop: channel.eventLoop)
        let handler = StreamsHandler(configuration)
        let pipeline = channel.pipeline.syncOperations
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: connectionLimits, streamConfiguration: streamLimits,
            streamDelegate: StreamCount(handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let connection = ConnectionHandler(frontend: self)
                connection.secure = secure.value
                let codec = StreamCodec(load.value)
                connection.stream = StreamPlace(codec: codec, load: load.value)
                try stream.pipeline.syncOperations.addHandler(codec)
                try stream.pipeline.syncOperations.addHandler(connection)
            }
        }
        try pipeline.addHandler(handler)
    }

    /// What a client may do on a connection.
    ///
    /// NIO ends those on which frames that cost us more than their sender come in floods: resets of streams
    /// (CVE-2023-44487), pings, settings, empty data, continued headers, errors.
    private var connectionLimits: NIOHTTP2Handler.ConnectionConfiguration {
        var limits = NIOHTTP2Handler.ConnectionConfiguration()
        limits.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: configuration.maximumHeader),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.streamWindow),
        ]
        limits.targetWindowSize = 1 << 20
        limits.maximumBufferedControlFrames = 1000
        limits.maximumSequentialContinuationFrames = 8
        limits.maximumConnectionGlitches = 100
        limits.controlFrameRateLimit.maximumCount = 200
        limits.controlFrameRateLimit.windowLength = .seconds(30)
        return limits
    }

    private var streamLimits: NIOHTTP2Handler.StreamConfiguration {
        var limits = NIOHTTP2Handler.StreamConfiguration()
        limits.targetWindowSize = Self.streamWindow
        limits.streamResetFrameRateLimit.maximumCount = 200
        limits.streamResetFrameRateLimit.windowLength = .seconds(30)
        limits.streamErrorRateLimit.maximumCount = 200
        limits.streamErrorRateLimit.windowLength = .seconds(30)
        return limits
    }

    /// Bytes of a request that may be on their way.
    private static let streamWindow = 256 * 1024
}

/// A stream's part in its connection.
struct StreamPlace {
    let codec: StreamCodec
    let load: StreamLoad
}
