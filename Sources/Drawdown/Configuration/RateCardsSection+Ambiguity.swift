import Credits

/// A rate, and where its conditions stand in the configuration.
struct PlacedRate {
    let rate: Rate
    let path: String
    let place: ConfigurationFault.Place
    let reading: ConfigurationReading

    fileprivate func fault(with other: PlacedRate) {
        let count = rate.conditions.count
        reading.fail(
            place,
            key: "\(path).when",
            "expected \(path).when to exclude that of \(other.path), got: rates "
                + "\"\(other.rate.id)\" and \"\(rate.id)\" that can price one event of "
                + "\"\(rate.action)\", each with \(count) \(count == 1 ? "key" : "keys")"
        )
    }
}

/// Finds rates of one card of which nothing says which one prices an event.
enum RateAmbiguity {
    private struct Rank: Hashable {
        let action: String
        let conditions: Int
    }

    /// Faults each rate that is ambiguous with an earlier one, once.
    static func fault(_ rates: [PlacedRate]) {
        // Only rates of one rank can be ambiguous, which spares a long card most comparisons.
        var ranks: [Rank: [PlacedRate]] = [:]
        for rate in rates {
            let rank = Rank(action: rate.rate.action, conditions: rate.rate.conditions.count)
            if let other = ranks[rank]?.first(where: { rate.rate.isAmbiguous(with: $0.rate) }) {
                rate.fault(with: other)
            }
            ranks[rank, default: []].append(rate)
        }
    }
}
