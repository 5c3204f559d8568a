import Credits
import Testing

@testable import UsagePipeline

/// The cluster is asked for ends only where somebody waits, and at most once a second.
@Suite struct EndQuestionTests {
    @Test func nobodyIsAskedWhileNobodyWaits() {
        var question = EndQuestion()
        #expect(question.asks(isWanted: false, at: .earliest, elapsed: .zero) == false)
        #expect(question.asked == nil)
    }

    @Test func theFirstQuestionGoesOutAtOnceAndTheNextASecondLater() throws {
        var question = EndQuestion()
        let moment = try #require(Timestamp(microseconds: 5))
        #expect(question.asks(isWanted: true, at: moment, elapsed: .zero) == true)
        #expect(question.asked == moment)
        #expect(question.asks(isWanted: true, at: .latest, elapsed: .milliseconds(999)) == false)
        question.answered()
        #expect(question.asked == nil)
        #expect(question.asks(isWanted: true, at: .latest, elapsed: .milliseconds(999)) == false)
        #expect(question.asks(isWanted: true, at: .latest, elapsed: .seconds(1)) == true)
    }

    @Test func aQuestionWithoutAnAnswerIsAskedAgainForALaterMoment() throws {
        var question = EndQuestion()
        let moment = try #require(Timestamp(microseconds: 5))
        #expect(question.asks(isWanted: true, at: .earliest, elapsed: .zero) == true)
        #expect(question.asks(isWanted: true, at: moment, elapsed: .seconds(5)) == true)
        #expect(question.asked == moment)
    }

    @Test func anAnswerThatTakesLongIsWaitedForAndNotOvertaken() {
        var question = EndQuestion()
        #expect(question.asks(isWanted: true, at: .earliest, elapsed: .zero) == true)
        #expect(question.asks(isWanted: true, at: .latest, elapsed: .milliseconds(4_999)) == false)
        #expect(question.asked == .earliest)
        question.answered()
        #expect(question.asks(isWanted: true, at: .latest, elapsed: .seconds(5)) == true)
    }

    @Test func afterPartitionsCameAndWentNothingIsWaitedFor() {
        var question = EndQuestion()
        #expect(question.asks(isWanted: true, at: .earliest, elapsed: .zero) == true)
        question.drop()
        #expect(question.asks(isWanted: true, at: .latest, elapsed: .seconds(1)) == true)
    }
}
