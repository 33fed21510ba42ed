/// Durations and sizes, as flags and settings write them.
package enum Quantity {
    /// Nanoseconds of `10s`, `500ms`, `100us`, `100ns`; a number alone is seconds.
    package static func nanoseconds(_ text: String) -> Int64? {
        product(text, ["": Int64.second, "s": .second, "ms": .millisecond, "us": 1000, "ns": 1])
    }

    /// Bytes of `1048576`, `1024K`, `64M`, `1G`.
    package static func bytes(_ text: String) -> Int64? {
        product(text.lowercased(), ["": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30])
    }

    /// Above zero, or nil.
    private static func product(_ text: String, _ units: [String: Int64]) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let unit = units[String(text[digits.endIndex...])], number > 0 else {
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }
}
