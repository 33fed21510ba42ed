/// Values by name, a bounded number of them: what nobody asked for since the last round makes room.
struct BoundedMap<Value> {
    private struct Slot {
        var value: Value
        var stamp: UInt64
        var isUsed: Bool
    }

    private let limit: Int
    private var slots: [String: Slot] = [:]
    private var order = Queue<(key: String, stamp: UInt64)>()
    private var stamp: UInt64 = 0

    /// At most so many.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { slots.count }

    /// Reading marks it as used.
    mutating func take(_ key: String) -> Value? {
        guard let index = slots.index(forKey: key) else { return nil }
        slots.values[index].isUsed = true
        return slots.values[index].value
    }

    /// Reads without that.
    func peek(_ key: String) -> Value? { slots[key]?.value }

    /// Sets a value; returns the name that had to go for it.
    mutating func set(_ key: String, _ value: Value) -> String? {
        if let index = slots.index(forKey: key) {
            slots.values[index].value = value
            return nil
        }
        let evicted = slots.count >= limit ? evict() : nil
        stamp &+= 1
        slots[key] = Slot(value: value, stamp: stamp, isUsed: false)
        order.append((key, stamp))
        if order.count > 2 * limit + 16 { forgetRemoved() }
        return evicted
    }

    mutating func remove(_ key: String) -> Value? { slots.removeValue(forKey: key)?.value }

    /// Removes what the body says, and returns the names.
    mutating func removeAll(where isOver: (Value) -> Bool) -> [String] {
        let keys = slots.filter { isOver($0.value.value) }.map(\.key)
        for key in keys { slots[key] = nil }
        return keys
    }

    private mutating func evict() -> String? {
        while let oldest = order.popFirst() {
            guard let slot = slots[oldest.key], slot.stamp == oldest.stamp else { continue }
            guard slot.isUsed else {
                slots[oldest.key] = nil
                return oldest.key
            }
            slots[oldest.key]?.isUsed = false
            order.append(oldest)
        }
        return nil
    }

    /// What was removed is still in the order.
    private mutating func forgetRemoved() {
        var left = Queue<(key: String, stamp: UInt64)>()
        while let next = order.popFirst() {
            if slots[next.key]?.stamp == next.stamp { left.append(next) }
        }
        order = left
    }
}
