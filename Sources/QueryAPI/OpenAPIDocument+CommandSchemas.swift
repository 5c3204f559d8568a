extension OpenAPIDocument {
    /// What a command may hold, by type.
    static let commandSchemas = #"""
            Name:
              type: string
              minLength: 1
              maxLength: 256
              pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
              description: 1 to 256 bytes of any text but control characters.
            CustomerID:
              type: string
              minLength: 1
              maxLength: 128
              pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
              description: 1 to 128 bytes of any text but control characters.
            CreditType:
              type: [string, "null"]
              minLength: 1
              maxLength: 64
              default: credits
            Actor:
              type: [object, "null"]
              description: Who wants it.
              required: [type, id]
              properties:
                type: { $ref: "#/components/schemas/Name" }
                id: { $ref: "#/components/schemas/Name" }
            Reason: { type: [string, "null"], maxLength: 1024 }
            Decimal:
              description: >-
                An exact decimal as it is read: a number or a numeric string, at most 26 digits before the
                point and 12 decimals.
              anyOf:
                - { type: number }
                - { type: string, pattern: "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$" }
            PositiveDecimal:
              description: A decimal above 0.
              anyOf:
                - { type: number, exclusiveMinimum: 0 }
                - { type: string, pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$" }
            OptionalDecimal:
              description: A decimal that is not below 0.
              anyOf:
                - { type: number, minimum: 0 }
                - { type: string, pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$" }
                - { type: "null" }
            Duration:
              type: [string, "null"]
              format: duration
              description: ISO 8601, such as `P30D` or `PT15M`.
            Command:
              description: >-
                Unknown members are ignored, null is absent, and no member may occur twice. What a `command_id`
                did is done at most once.
              oneOf:
                - { $ref: "#/components/schemas/GrantCommand" }
                - { $ref: "#/components/schemas/VoidCommand" }
                - { $ref: "#/components/schemas/AdjustCommand" }
                - { $ref: "#/components/schemas/ReverseUsageCommand" }
                - { $ref: "#/components/schemas/HoldCommand" }
                - { $ref: "#/components/schemas/ReleaseCommand" }
                - { $ref: "#/components/schemas/ConfigureCommand" }
              discriminator:
                propertyName: type
                mapping:
                  grant: "#/components/schemas/GrantCommand"
                  void: "#/components/schemas/VoidCommand"
                  adjust: "#/components/schemas/AdjustCommand"
                  reverse_usage: "#/components/schemas/ReverseUsageCommand"
                  hold: "#/components/schemas/HoldCommand"
                  release: "#/components/schemas/ReleaseCommand"
                  configure: "#/components/schemas/ConfigureCommand"
            CommandID:
              type: [string, "null"]
              minLength: 1
              maxLength: 256
              description: Required without an `Idempotency-Key`.
            GrantCommand:
              type: object
              description: Gives credits; debt is settled first.
              required: [type, customer_id, credits]
              properties:
                type: { const: grant }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type: { $ref: "#/components/schemas/CreditType" }
                actor: { $ref: "#/components/schemas/Actor" }
                reason: { $ref: "#/components/schemas/Reason" }
                credits: { $ref: "#/components/schemas/PositiveDecimal" }
                grant_id:
                  type: [string, "null"]
                  minLength: 1
                  maxLength: 256
                  description: "Unique per account; default: `command_id`."
                source:
                  enum:
                    - purchase
                    - top_up
                    - auto_top_up
                    - plan_included
                    - promotional
                    - compensation
                    - rollover
                    - null
                  default: purchase
                category:
                  enum: [paid, promotional, null]
                  description: "Default: what suits the source; `paid`, but for promotional and compensation."
                priority:
                  type: [integer, "null"]
                  minimum: 0
                  maximum: 1000
                  default: 50
                  description: Lower is used first.
                effective_at:
                  type: [string, "null"]
                  format: date-time
                  description: "Default: when the command was published."
                expires_at:
                  type: [string, "null"]
                  format: date-time
                  description: "After `effective_at`; absent: never."
                expires_after:
                  $ref: "#/components/schemas/Duration"
                  description: Above 0, counted from `effective_at`; not together with `expires_at`.
                cost_basis: { $ref: "#/components/schemas/OptionalDecimal" }
                reference: { type: [string, "null"], maxLength: 256 }
                request_id:
                  type: [string, "null"]
                  minLength: 1
                  maxLength: 256
                  description: Answers an `auto_top_up.requested`.
            VoidCommand:
              type: object
              description: Removes unused credits of a grant.
              required: [type, customer_id, grant_id]
              properties:
                type: { const: void }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type: { $ref: "#/components/schemas/CreditType" }
                actor: { $ref: "#/components/schemas/Actor" }
                grant_id: { $ref: "#/components/schemas/Name" }
                credits:
                  description: "Default: all that remains."
                  anyOf: [{ $ref: "#/components/schemas/PositiveDecimal" }, { type: "null" }]
                reason: { enum: [refund, fraud, error, cancellation, null] }
            AdjustCommand:
              type: object
              description: Corrects a balance by hand.
              required: [type, customer_id, credits, reason, actor]
              properties:
                type: { const: adjust }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type: { $ref: "#/components/schemas/CreditType" }
                credits:
                  $ref: "#/components/schemas/Decimal"
                  description: >-
                    Signed, not 0. Above 0 it is a grant of its own, whose `grant_id` is the `command_id`; below
                    0 it draws like usage.
                reason: { type: string, minLength: 1, maxLength: 1024 }
                actor:
                  type: object
                  required: [type, id]
                  properties:
                    type: { $ref: "#/components/schemas/Name" }
                    id: { $ref: "#/components/schemas/Name" }
            ReverseUsageCommand:
              type: object
              description: Gives back what a usage event debited.
              required: [type, customer_id, usage_id]
              properties:
                type: { const: reverse_usage }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type: { $ref: "#/components/schemas/CreditType" }
                actor: { $ref: "#/components/schemas/Actor" }
                reason: { $ref: "#/components/schemas/Reason" }
                usage_id: { $ref: "#/components/schemas/Name" }
                source:
                  type: [string, "null"]
                  maxLength: 256
                  default: ""
                  description: The source that the usage named.
                credits:
                  description: "Default: all that was not given back yet."
                  anyOf: [{ $ref: "#/components/schemas/PositiveDecimal" }, { type: "null" }]
            HoldCommand:
              type: object
              description: Sets credits aside for work that is under way.
              required: [type, customer_id, hold_id]
              properties:
                type: { const: hold }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type:
                  type: [string, "null"]
                  minLength: 1
                  maxLength: 64
                  description: "Default: that of the rate that prices the hold, else `credits`."
                actor: { $ref: "#/components/schemas/Actor" }
                reason: { $ref: "#/components/schemas/Reason" }
                hold_id: { $ref: "#/components/schemas/Name" }
                credits:
                  description: An explicit price, which wins over the rate card.
                  anyOf: [{ $ref: "#/components/schemas/PositiveDecimal" }, { type: "null" }]
                action:
                  type: [string, "null"]
                  minLength: 1
                  maxLength: 256
                  description: What is to be done; required without `credits`.
                quantity: { $ref: "#/components/schemas/OptionalDecimal" }
                dimensions:
                  type: [object, "null"]
                  propertyNames: { minLength: 1, maxLength: 255 }
                  additionalProperties: { type: [string, number, "null"], maxLength: 65535 }
                expires_after:
                  $ref: "#/components/schemas/Duration"
                  default: PT15M
                  description: Counted from when the hold is placed.
              anyOf:
                - required: [credits]
                - required: [action]
            ReleaseCommand:
              type: object
              description: Gives a hold back.
              required: [type, customer_id, hold_id]
              properties:
                type: { const: release }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type: { $ref: "#/components/schemas/CreditType" }
                actor: { $ref: "#/components/schemas/Actor" }
                reason: { $ref: "#/components/schemas/Reason" }
                hold_id: { $ref: "#/components/schemas/Name" }
            ConfigureCommand:
              type: object
              description: Changes the account's settings.
              required: [type, customer_id]
              properties:
                type: { const: configure }
                command_id: { $ref: "#/components/schemas/CommandID" }
                customer_id: { $ref: "#/components/schemas/CustomerID" }
                credit_type: { $ref: "#/components/schemas/CreditType" }
                actor: { $ref: "#/components/schemas/Actor" }
                reason: { $ref: "#/components/schemas/Reason" }
                overdraft:
                  description: What happens to usage that the balance does not cover.
                  anyOf:
                    - { enum: [record, refuse, null] }
                    - type: object
                      required: [limit]
                      properties:
                        limit:
                          anyOf:
                            - { type: number, minimum: 0 }
                            - { type: string, pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$" }
                thresholds:
                  type: [array, "null"]
                  maxItems: 32
                  description: Balances below which the outside wants to know; no two alike.
                  items:
                    type: object
                    required: [type, value]
                    properties:
                      type: { enum: [absolute, percent] }
                      value: { $ref: "#/components/schemas/Decimal" }
                auto_top_up: { $ref: "#/components/schemas/AutoTopUp" }
                recurring:
                  type: [array, "null"]
                  maxItems: 32
                  description: Credits that come anew in each period; a `schedule_id` occurs once.
                  items: { $ref: "#/components/schemas/RecurringGrant" }
              anyOf:
                - required: [overdraft]
                - required: [thresholds]
                - required: [auto_top_up]
                - required: [recurring]
            AutoTopUp:
              type: [object, "null"]
              description: When the account asks for credits by itself; null turns it off.
              required: [threshold, credits]
              properties:
                threshold: { $ref: "#/components/schemas/Decimal" }
                credits:
                  $ref: "#/components/schemas/PositiveDecimal"
                  description: What one pack holds; a request is for a whole number of packs.
                max_per:
                  type: [object, "null"]
                  description: At most so much in one window, which begins with its first request.
                  required: [period]
                  properties:
                    period: { type: string, format: duration, description: At least a second. }
                    count: { type: [integer, "null"], minimum: 1, maximum: 1000000000 }
                    credits:
                      anyOf: [{ $ref: "#/components/schemas/PositiveDecimal" }, { type: "null" }]
                answer_within:
                  $ref: "#/components/schemas/Duration"
                  default: PT1H
            RecurringGrant:
              type: object
              required: [schedule_id, credits, every]
              properties:
                schedule_id: { type: string, minLength: 1, maxLength: 128 }
                credits: { $ref: "#/components/schemas/PositiveDecimal" }
                every: { type: string, format: duration, description: At least a second. }
                anchor:
                  type: [string, "null"]
                  format: date-time
                  description: "A period begins here; absent: when the account first has the rule."
                expires:
                  type: [string, "null"]
                  default: period_end
                  description: "`period_end`, a duration after the period's beginning, or null: never."
                rollover:
                  type: [object, "null"]
                  description: How much of what a period leaves goes into the next; only with `period_end`.
                  properties:
                    max_credits: { $ref: "#/components/schemas/OptionalDecimal" }
                    max_percent:
                      anyOf: [{ $ref: "#/components/schemas/PositiveDecimal" }, { type: "null" }]

        """#
}
