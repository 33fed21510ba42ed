/// The request a guest answers.
package struct GuestRequest: Sendable {
    package var method: String
    /// Path and query as the client sent them, the function's own name included: `/hello.wasm/more?x=1`.
    package var target: String
    /// In order of arrival; one field per line.
    ///
    /// `host` is among them.
    package var headers: [HeaderField]
    package var body: [UInt8]
    /// Makes the headers once the guest asks for them, which most never do; nil: they are in ``headers``.
    package var makeHeaders: (@Sendable () -> [HeaderField])?

    package init(method: String, target: String, headers: [HeaderField] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
}
