/// Helps a person who mistyped a name.
enum NearestName {
    /// Such as `, did you mean "commit"?`, or the whole choice where nothing comes near.
    static func hint(for name: String, among known: [String]) -> String {
        if let guess = guess(for: name, among: known) { return ", did you mean \"\(guess)\"?" }
        return known.isEmpty ? "" : ", known here: " + known.sorted().joined(separator: ", ")
    }

    /// The known name that comes nearest; nil where none is near enough to help.
    static func guess(for name: String, among known: [String]) -> String? {
        let ranked = known.map { (name: $0, distance: distance(name, $0)) }
        let nearest = ranked.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        // Beyond a third of the letters a guess confuses more than it helps.
        guard let nearest, nearest.distance * 3 <= max(name.count, nearest.name.count) else {
            return nil
        }
        return nearest.name
    }

    /// Edits that turn one name into the other: insert, delete, replace, swap neighbours.
    static func distance(_ left: String, _ right: String) -> Int {
        // Names are short; a hostile one must not cost quadratic time.
        let (a, b) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
                var best = min(replaced, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
