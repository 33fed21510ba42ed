/// Fields of a request's header that say who it is from, or what it belongs to.
enum IdentityField {
    case traceParent, traceState
    /// What functions are told by us, and by nobody else.
    case ours
    /// What is read of a proxy, and handed on as far as it is believed.
    case believed
    /// What a proxy of ours may say besides.
    case ofProxies

    init?(name: String) {
        // Most names are told apart by their first letter.
        switch (name.utf8.first ?? 0) | 0x20 {
        case UInt8(ascii: "x"): self.init(extensionName: name)
        case UInt8(ascii: "t"):
            if name.isField("traceparent") {
                self = .traceParent
            } else if name.isField("tracestate") {
                self = .traceState
            } else {
                return nil
            }
        case UInt8(ascii: "f"):
            if name.isField("forwarded") {
                self = .ofProxies
            } else if name.isField("fastly-client-ip") {
                self = .ours
            } else {
                return nil
            }
        default: return nil
        }
    }

    private init?(extensionName name: String) {
        if name.beginsAsField("x-forwarded-") {
            let isBelieved =
                name.isField("x-forwarded-for") || name.isField("x-forwarded-proto") || name.isField("x-forwarded-host")
            self = isBelieved ? .believed : .ofProxies
        } else if name.isField("x-request-id") || name.isField("x-fastly-client-ip") {
            self = .ours
        } else if name.isField("x-real-ip") {
            self = .ofProxies
        } else {
            return nil
        }
    }
}

extension String {
    /// Whether it is the field's name, which is written in lower case, in whatever case.
    func isField(_ name: StaticString) -> Bool {
        utf8.count == name.utf8CodeUnitCount && beginsAsField(name)
    }

    /// Whether it begins with that, in whatever case.
    func beginsAsField(_ start: StaticString) -> Bool {
        guard utf8.count >= start.utf8CodeUnitCount else { return false }
        var expected = start.utf8Start
        for byte in utf8.prefix(start.utf8CodeUnitCount) {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            guard (isUpper ? byte | 0x20 : byte) == expected.pointee else { return false }
            expected += 1
        }
        return true
    }
}
