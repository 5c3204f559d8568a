import Testing

@testable import UsagePipeline

/// Load, commit, publish: in this order, and never past a failure.
@Suite struct LedgerStageMachineTests {
    @Test func aBatchIsLoadedCommittedAndPublishedInThisOrder() {
        var stage = LedgerStageMachine()
        #expect(stage.began() == .load)
        #expect(stage.loaded() == .commit)
        #expect(stage.committed() == .publish)
        #expect(stage.published() == .take)
        #expect(stage.began() == .load)
    }

    @Test func nothingIsPublishedBeforeItIsCommitted() async {
        await #expect(processExitsWith: .failure) {
            var stage = LedgerStageMachine()
            _ = stage.began()
            _ = stage.loaded()
            _ = stage.published()
        }
    }

    @Test func afterAFailedCommitNothingIsEverTakenAgain() async {
        await #expect(processExitsWith: .failure) {
            var stage = LedgerStageMachine()
            _ = stage.began()
            _ = stage.loaded()
            stage.failed()
            _ = stage.began()
        }
    }
}
