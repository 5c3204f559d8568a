/// The demo's customers: believable names, in the order of their popularity.
enum DemoCustomers {
    private static let first = [
        "aurora", "northwind", "bluebird", "copper", "meridian", "lumen", "harbor", "juniper",
        "atlas", "saffron", "cobalt", "willow", "granite", "sierra", "velvet", "orbit", "maple",
        "ember", "pelican", "quartz",
    ]
    private static let second = [
        "studio", "labs", "media", "games", "health", "robotics", "films", "analytics", "press",
        "design", "travel", "learning",
    ]

    static let count = first.count * second.count

    /// Such as `cus_aurora_studio`: neighbours share neither word.
    static func name(_ index: Int) -> String {
        let (round, place) = index.quotientAndRemainder(dividingBy: first.count)
        return "cus_\(first[place])_\(second[(place + round) % second.count])"
    }
}

/// Picks customers as life does (Zipf): the k-th has a k-th of the first one's traffic.
struct DemoPopularity: Sendable {
    /// Ascending; the last is the sum of all weights.
    private let cumulative: [Int]

    init(count: Int) {
        var sum = 0
        cumulative = (1...count).map { rank in
            sum += 1_000_000 / rank
            return sum
        }
    }

    func pick(_ random: inout SplitMix64) -> Int {
        let target = random.below(cumulative.last ?? 1)
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// What the demo believes about one customer: enough to know when more credits are needed.
struct DemoCustomer: Sendable {
    let name: String
    /// What one purchase brings.
    let package: DemoCredits
    /// Buys before the credits run out, or only after.
    let isForesighted: Bool
    var balance = DemoCredits(whole: 0)
    /// The lowest balance allowed; nil: no floor.
    var floor: DemoCredits?
    var isIntroduced = false
    /// A purchase is on its way.
    var isBuying = false

    private static let packages = [100, 250, 500, 1000, 2500, 5000, 10_000]

    init(rank: Int, random: inout SplitMix64) {
        name = DemoCustomers.name(rank)
        // The more popular, the larger; some buy smaller packages than they should.
        let size = max(0, 6 - rank / 12 - random.below(3))
        package = DemoCredits(whole: Self.packages[size])
        isForesighted = random.below(5) > 0
    }

    /// Debits as the ledger would; false where it would refuse.
    mutating func use(_ credits: DemoCredits) -> Bool {
        let after = balance - credits
        if let floor, after < floor { return false }
        balance = after
        return true
    }

    var wantsCredits: Bool {
        balance < (isForesighted ? package.percent(15) : DemoCredits(whole: 0))
    }
}
