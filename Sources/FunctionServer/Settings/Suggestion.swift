/// What somebody may have meant by a name that there is not.
package enum Suggestion {
    /// The nearest of the names, if it is near.
    package static func nearest(to name: String, in names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: distance(Array(name.utf8.prefix(100)), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(name.utf8.count, best.name.utf8.count) / 3) ? best.name : nil
    }

    /// `; did you mean …?`, or nothing.
    package static func question(_ name: String, in names: [String]) -> String {
        nearest(to: name, in: names).map { "; did you mean \($0)?" } ?? ""
    }

    /// Letters to insert, remove or replace.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 0..<right.count {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
