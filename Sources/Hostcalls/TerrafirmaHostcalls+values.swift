import CRuntime
import WasmRuntime

/// What outlives requests: values by key.
///
/// What can't be kept or read is answered as if the key were not there, and told to the operator.
extension TerrafirmaHostcalls {
    /// `kvstore_insert(key, value)`: whether the key was not there before.
    static func insertValue(_ call: HostcallFrame) throws(GuestStop) {
        try change(call) { values, key, value, deadline throws(KeyValueFailure) in
            try values.store.insert(value, for: key, of: values.site, deadline: deadline)
        }
    }

    /// `kvstore_upsert(key, value)`: sets only what is not there, whatever the name says; whether it was not.
    static func insertAbsentValue(_ call: HostcallFrame) throws(GuestStop) {
        try change(call) { values, key, value, deadline throws(KeyValueFailure) in
            try values.store.insertIfAbsent(value, for: key, of: values.site, deadline: deadline)
        }
    }

    /// `kvstore_append(key, bytes)`: whether the key was not there before.
    static func appendValue(_ call: HostcallFrame) throws(GuestStop) {
        try change(call) { values, key, value, deadline throws(KeyValueFailure) in
            try values.store.append(value, to: key, of: values.site, deadline: deadline)
        }
    }

    /// `kvstore_get(out, key)`: whether it is there.
    static func value(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        let key = try call.bytes(call[2], call[3])
        try call.beforeEffect()
        let deadline = call.deadline
        let found = try attempt(call, key: key) { values, key throws(KeyValueFailure) in
            try values.store.value(key, of: values.site, deadline: deadline)
        }
        guard let value = found ?? nil else { return call.answer(0) }
        try call.give(value.span.bytes, to: out)
        call.answer(1)
    }

    /// `kvstore_remove(key)`: whether it was there.
    static func removeValue(_ call: HostcallFrame) throws(GuestStop) {
        let key = try call.bytes(call[0], call[1])
        try call.beforeEffect()
        let deadline = call.deadline
        let removed = try attempt(call, key: key) { values, key throws(KeyValueFailure) in
            try values.store.remove(key, of: values.site, deadline: deadline)
        }
        call.answer(removed == true ? 1 : 0)
    }

    private typealias Change = (
        _ values: SiteValues, _ key: [UInt8], _ value: [UInt8], _ deadline: Int64
    ) throws(KeyValueFailure) -> Bool

    /// A call of key and value that answers whether the key was new.
    private static func change(_ call: HostcallFrame, _ body: Change) throws(GuestStop) {
        let key = try call.bytes(call[0], call[1])
        let value = try call.bytes(call[2], call[3])
        try call.beforeEffect()
        let deadline = call.deadline
        let isNew = try attempt(call, key: key) { values, key throws(KeyValueFailure) in
            guard value.count <= values.store.limits.valueBytes else { throw .tooLarge }
            return try body(values, key, [UInt8](value), deadline)
        }
        call.answer(isNew == true ? 1 : 0)
    }

    /// Nil if there is no store, or it fails: then somebody is told.
    private static func attempt<Result>(
        _ call: HostcallFrame, key: UnsafeRawBufferPointer,
        _ body: (SiteValues, [UInt8]) throws(KeyValueFailure) -> Result
    ) throws(GuestStop) -> Result? {
        let exchange = call.exchange
        guard let values = exchange.values else {
            exchange.note?(.storageFailed("there is no place for them (--data)"))
            return nil
        }
        do throws(KeyValueFailure) {
            guard key.count <= values.store.limits.keyBytes else { throw .tooLarge }
            return try body(values, [UInt8](key))
        } catch {
            try call.afterWait()
            switch error {
            case .tooLarge: exchange.limitsReached.insert(.storedBytes)
            case .busy, .broken: exchange.note?(.storageFailed("\(error)"))
            }
            return nil
        }
    }
}
