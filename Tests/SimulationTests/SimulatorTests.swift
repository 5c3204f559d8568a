import Simulation
import Testing

/// The simulator keeps its own promises: it can be repeated, and it does not pass by doing nothing.
@Suite struct SimulatorTests {
    @Test func theSameSeedHasTheSameTrace() {
        for seed: UInt64 in 1...20 {
            var first: [String] = []
            var second: [String] = []
            let one = Simulator.run(seed: seed) { first.append($0) }
            let two = Simulator.run(seed: seed) { second.append($0) }
            #expect(one.traceHash == two.traceHash)
            #expect(first == second)
        }
    }

    @Test func aHundredSeedsKeepEveryPromise() {
        var crashes = 0
        var messages = 0
        for seed: UInt64 in 1...100 {
            let report = Simulator.run(seed: seed)
            #expect(report.failure == nil, "seed \(seed)")
            crashes += report.crashes
            messages += report.messages
        }
        // A run that sends nothing and never crashes would prove nothing.
        #expect(crashes > 500)
        #expect(messages > 3000)
    }
}
