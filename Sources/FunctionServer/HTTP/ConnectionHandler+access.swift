import NIOCore
import NIOHTTP1

/// What requests may have.
extension ConnectionHandler {
    /// Asks what the request may have, and goes on when that is known.
    func admit(_ exchange: HTTPExchange) {
        guard let context, let target = exchange.target else { return }
        let request = SiteGate.Request(
            site: exchange.siteName, target: target, headers: exchange.head.headers, client: exchange.identity.client)
        let admission = frontend.gate.admit(request, at: exchange.startedAt) {
            [bound = NIOLoopBound(self, eventLoop: context.eventLoop), loop = context.eventLoop, number] in
            { admission in loop.execute { bound.value.admitted(admission, number) } }
        }
        if let admission { return admitted(admission, number) }
        let timeout = TimeAmount.nanoseconds(configuration.loadTimeout)
        context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [number] in
            self.admitted(.refused(status: 503, reason: "", retryAfter: 1), number)
        }
    }

    private func admitted(_ admission: SiteGate.Admission, _ number: UInt64) {
        guard let exchange, exchange.number == number, exchange.phase == .receiving, !exchange.isAdmitted else {
            return
        }
        exchange.isAdmitted = true
        switch admission {
        case .refused(let status, let reason, let retryAfter):
            refuse(exchange, status, reason: reason, retryAfter: retryAfter)
        case .granted(let grant, let root, let withholdsPassword):
            exchange.grant = grant
            exchange.root = root
            exchange.withholdsPassword = withholdsPassword
            begin(exchange)
        }
    }

    /// Begins to answer what may be answered.
    private func begin(_ exchange: HTTPExchange) {
        guard case .file = exchange.target?.place else {
            if let refusal = exchange.grant?.refusal(of: .read) { return refuse(exchange, refusal) }
            return find(exchange)
        }
        guard exchange.head.method == .GET || exchange.head.method == .HEAD else {
            return refuse(exchange, 405, [("allow", "GET, HEAD")])
        }
        advance(exchange)
    }

    /// Refuses for a reason that is the site's, not the request's.
    private func refuse(_ exchange: HTTPExchange, _ status: Int, reason: String, retryAfter: Int?) {
        // Nothing at all, so that nothing leaks.
        guard status != 500 else { return send(exchange, FunctionResponse(status: 500)) }
        let headers = retryAfter.map { [(name: "retry-after", value: String($0))] } ?? []
        guard !reason.isEmpty else { return refuse(exchange, status, headers) }
        let type = [(name: "content-type", value: "text/plain; charset=utf-8")]
        send(
            exchange, FunctionResponse(status: status, headers: type + headers, body: ByteBuffer(string: reason + "\n"))
        )
    }

    /// Refuses those who may not have something.
    func refuse(_ exchange: HTTPExchange, _ refusal: AccessRefusal) {
        switch refusal {
        case .login(let realm): refuse(exchange, 401, [("www-authenticate", AccessRefusal.challenge(realm: realm))])
        case .forbidden: refuseWithPage(exchange, 403)
        }
    }

    /// Refuses with the page that the site has for that, if it has one.
    func refuseWithPage(_ exchange: HTTPExchange, _ status: Int) {
        let page = status == 403 ? exchange.grant?.forbiddenPage : exchange.grant?.notFoundPage
        guard let page, let context else { return refuse(exchange, status) }
        exchange.phase = .working
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let isQueued = frontend.readers.submit(frontend.readerLane) {
            [
                files = frontend.files, loop = context.eventLoop, number = exchange.number, root = exchange.root,
                name = exchange.site + page
            ] in
            let response = files.page(name, status: status, root: root)
            loop.execute {
                guard let exchange = bound.value.exchange, exchange.number == number else { return }
                if let response {
                    bound.value.send(exchange, response)
                } else {
                    bound.value.refuse(exchange, status)
                }
            }
        }
        if !isQueued { refuse(exchange, status) }
    }
}
