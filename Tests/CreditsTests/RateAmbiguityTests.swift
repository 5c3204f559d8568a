import Credits
import Testing

/// Which two rates leave open what an event costs (contract §4).
@Suite struct RateAmbiguityTests {
    private func rate(_ action: String, _ conditions: [String: [DimensionValue]]) -> Rate {
        Rate(
            id: "r",
            action: action,
            when: conditions.map { RateCondition(dimension: $0.key, values: $0.value) },
            price: .perUnit(.zero)
        )
    }

    @Test(
        "rates that one event can match, with as many keys",
        arguments: [
            ([:], [:]), (["a": [.text("x")]], ["a": [.text("x")]]),
            (["a": [.text("x")]], ["b": [.text("x")]]),
            (["a": [.text("x"), .text("y")]], ["a": [.text("y"), .text("z")]]),
            (["a": [.number("1")]], ["a": [.text("1"), .number("1")]]),
            (
                ["a": [.text("x")], "b": [.text("y")]],
                ["c": [.text("z")], "a": [.text("x")]]
            ),
        ] as [([String: [DimensionValue]], [String: [DimensionValue]])]
    )
    func areAmbiguous(
        _ left: [String: [DimensionValue]],
        _ right: [String: [DimensionValue]]
    ) {
        #expect(rate("p", left).isAmbiguous(with: rate("p", right)))
        #expect(rate("p", right).isAmbiguous(with: rate("p", left)))
        #expect(!rate("p", left).isAmbiguous(with: rate("q", right)))
    }

    @Test(
        "rates of which one has more keys, or which exclude each other",
        arguments: [
            ([:], ["a": [.text("x")]]), (["a": [.text("x")]], ["a": [.text("y")]]),
            (["a": [.text("1")]], ["a": [.number("1")]]),
            (["a": [.text("x")]], ["a": [.text("x")], "b": [.text("x")]]),
            (
                ["a": [.text("x")], "b": [.text("y")]],
                ["b": [.text("z")], "a": [.text("x")]]
            ),
            (
                ["a": [.text("x")], "b": [.text("y")]],
                ["b": [.text("z")], "c": [.text("x")]]
            ),
            // One letter in two spellings: events are compared by bytes.
            (["a": [.text("\u{E9}")]], ["a": [.text("e\u{301}")]]),
        ] as [([String: [DimensionValue]], [String: [DimensionValue]])]
    )
    func areClear(_ left: [String: [DimensionValue]], _ right: [String: [DimensionValue]]) {
        #expect(!rate("p", left).isAmbiguous(with: rate("p", right)))
        #expect(!rate("p", right).isAmbiguous(with: rate("p", left)))
    }
}
