import Simulation
import Testing

/// Negative controls: a checker that finds nothing where something is wrong proves nothing.
@Suite struct SabotageTests {
    private static let seeds: ClosedRange<UInt64> = 1...200

    @Test(arguments: Sabotage.allCases.filter { $0 != .none })
    func eachLieIsFoundWithinTwoHundredSeeds(_ sabotage: Sabotage) {
        let found = Self.seeds.first { Simulator.run(seed: $0, sabotage: sabotage).failure != nil }
        #expect(found != nil)
    }

    @Test func twoHundredSeedsWithoutALieKeepEveryPromise() {
        for seed in Self.seeds {
            let report = Simulator.run(seed: seed, sabotage: .none)
            #expect(report.failure == nil, "seed \(seed)")
        }
    }
}
