import Testing

@testable import Drawdown

/// What `--dimension` makes of its argument.
@Suite struct DimensionArgumentTests {
    @Test(arguments: [
        ("model=sdxl", "model", "sdxl"), ("a=b=c", "a", "b=c"), ("empty=", "empty", ""),
        ("version=\"2\"", "version", "2"), ("quote=\"", "quote", "\""), ("id=007x", "id", "007x"),
    ])
    func whatIsNoNumberIsAText(argument: String, name: String, text: String) {
        let dimension = DimensionArgument(argument)
        #expect(dimension.name == name)
        #expect(dimension.text == text)
        #expect(dimension.number == nil)
    }

    @Test(arguments: [("steps=50", "50"), ("size=1.50", "1.5"), ("delta=-3", "-3")])
    func aNumberIsSentAsOne(argument: String, number: String) {
        #expect(DimensionArgument(argument).number == number)
    }
}
