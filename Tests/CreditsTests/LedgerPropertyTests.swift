import Foundation
import Testing

@testable import Credits

/// Random inputs against a model that works out every balance from the list of inputs.
///
/// The stores' tests run the same against durable ledgers. `DRAWDOWN_INPUTS` says how many inputs.
@Suite struct LedgerPropertyTests {
    private static let inputs =
        ProcessInfo.processInfo.environment["DRAWDOWN_INPUTS"].flatMap(Int.init) ?? 1500

    @Test(arguments: [(1, 1), (2, 7), (3, 200), (4, 4000)])
    func balancesAreWhatTheListOfInputsMakesThem(seed: Int, widest: Int) throws {
        var run = PropertyRun(TestStore(policies: RandomInputs.policies))
        try run.run(seed: UInt64(seed), inputs: Self.inputs, widest: widest, cut: .wholeTicks)
        #expect(run.faults.isEmpty)
        // Every outcome must have been met often, or the comparison says little.
        let counts = run.outcomes
        #expect(counts.applied > Self.inputs / 3)
        #expect(min(counts.duplicate, counts.conflict, counts.rejected) > Self.inputs / 40)
        guard Self.inputs >= 50_000 else { return }
        for type: EntryType in [
            .creditsVoided, .manualAdjustment, .holdPlaced, .holdCaptured, .holdReleased,
            .usageReversed, .grantScheduled, .settingsChanged,
        ] {
            #expect(run.entries[type, default: 0] > 10, "\(type.name)")
        }
        // The widest batches are too few for much time to pass.
        if widest < 1000 {
            #expect(run.entries[.holdExpired, default: 0] > 30)
            #expect(run.entries[.creditsExpired, default: 0] > 30)
        }
        #expect(
            run.refusals.isSuperset(of: [
                .unknownGrant, .exceedsRemaining, .duplicateGrant, .unknownHold, .duplicateHold,
                .unknownUsage, .alreadyReversed, .exceedsDebited,
            ])
        )
    }

    @Test(arguments: [(1, 3), (7, 1), (60, 10), (200, 50)])
    func theSameInputsCutIntoOtherBatchesMakeTheSameEntries(widest: Int, part: Int) throws {
        let difference = try PropertyRun.difference(
            seed: 5,
            inputs: Self.inputs,
            widest: widest,
            part: part
        ) {
            TestStore(policies: RandomInputs.policies)
        }
        #expect(difference == nil)
    }
}
