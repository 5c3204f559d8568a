/// How often each thing goes wrong, per thousand chances; drawn anew for every seed, and some are
/// left out entirely, so that runs differ in kind and not only in order.
struct Faults: Sendable {
    var rebalance = 0
    var redelivery = 0
    var sinkFailure = 0
    /// A commit that fails before anything of it is durable.
    var commitLost = 0
    /// A commit that is durable although it reported a failure.
    var commitUnknown = 0
    /// The process ends between two steps.
    var crash = 0
    /// A message is sent twice by its producer.
    var duplicate = 0
    /// A message is sent with the id of another one.
    var conflict = 0
    /// A message that cannot be read.
    var malformed = 0
    /// A question about ends that the cluster does not answer.
    var silence = 0

    static let none = Faults()

    init() {}

    init(_ randomness: inout Randomness) {
        rebalance = Self.draw(&randomness, 60)
        redelivery = Self.draw(&randomness, 60)
        sinkFailure = Self.draw(&randomness, 40)
        commitLost = Self.draw(&randomness, 150)
        commitUnknown = Self.draw(&randomness, 150)
        crash = Self.draw(&randomness, 30)
        duplicate = Self.draw(&randomness, 300)
        conflict = Self.draw(&randomness, 80)
        malformed = Self.draw(&randomness, 80)
        silence = Self.draw(&randomness, 500)
    }

    private static func draw(_ randomness: inout Randomness, _ maximum: Int) -> Int {
        randomness.chance(350) ? 0 : randomness.below(maximum) + 1
    }
}
