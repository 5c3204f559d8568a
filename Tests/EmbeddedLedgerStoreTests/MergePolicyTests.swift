@testable import EmbeddedLedgerStore
import Testing

@Suite("Which runs of ids are merged")
struct MergePolicyTests {
    private let policy = MergePolicy(fanOut: 2, maximumSpan: 16)

    /// Runs of so many commits each, one following the other, newest first.
    private func runs(_ count: Int, of commits: UInt64) -> [ClosedRange<UInt64>] {
        (0..<UInt64(count)).reversed().map { $0 * commits + 1...($0 + 1) * commits }
    }

    @Test func theOldestAreMergedFirst() {
        #expect(policy.mergeable(runs(1, of: 4)) == nil)
        #expect(policy.mergeable(runs(2, of: 4)) == 0..<2)
        #expect(policy.mergeable(runs(5, of: 4)) == 3..<5)
    }

    @Test func whatOneRunCannotTellApartIsPassedOver() {
        #expect(policy.mergeable(runs(5, of: 8)) == 3..<5)
        #expect(policy.mergeable(runs(5, of: 9)) == nil)
        #expect(policy.mergeable([31...32, 29...30] + runs(2, of: 14)) == 1..<3)
        #expect(policy.mergeable([35...36, 33...34] + runs(2, of: 16)) == 0..<2)
    }

    @Test func whatDoesNotFollowOneAnotherStaysApart() {
        #expect(policy.mergeable([9...10, 5...6, 1...2]) == nil)
        #expect(policy.mergeable([9...10, 7...8, 1...2]) == 0..<2)
    }

    @Test func twiceWhatIsMergedAtOnceIsTooMuch() {
        #expect(!policy.isBehind(runs(3, of: 4)))
        #expect(policy.isBehind(runs(4, of: 4)))
    }

    @Test func runsThatCanNeverBeMergedHurryNobody() {
        #expect(!policy.isBehind(runs(40, of: 16)))
    }
}
