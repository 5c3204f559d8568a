extension OpenAPIDocument {
    /// The calls about customers and their usage.
    static let customerPaths = #"""
          /v1/customers:
            get:
              operationId: listCustomers
              summary: Customers with balances, in ascending order of their ids' bytes.
              parameters:
                - name: q
                  in: query
                  description: Only customers whose id contains this text.
                  schema: { type: string }
                  example: studio
                - { $ref: "#/components/parameters/creditType" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/CustomerList" } }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/balance:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: getBalance
              summary: A customer's balance, and how current it is.
              parameters:
                - { $ref: "#/components/parameters/creditType" }
              responses:
                "200":
                  description: The balance.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/CurrentBalance" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/entries:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: listEntries
              summary: A customer's ledger entries, newest first.
              parameters:
                - name: type
                  in: query
                  description: >-
                    Only entries of this type. Where they are rare, a page may be short or empty
                    and yet have a next one; only a null cursor ends the list.
                  schema: { $ref: "#/components/schemas/EntryType" }
                  example: credits_consumed
                - { $ref: "#/components/parameters/creditType" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/EntryList" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/grants:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: listGrants
              summary: A customer's grants in the order in which they will be used.
              description: >-
                After those in use come those that are scheduled, then those that ended, in the order in
                which they came.
              parameters:
                - { $ref: "#/components/parameters/creditType" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/GrantList" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/usage:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: getUsageRollup
              summary: What a customer used, by hour, day or month in UTC.
              description: |
                Sums of the `credits_consumed` entries by when the usage occurred; reversals are entries of
                their own. Intervals in which nothing was used are left out.
              parameters:
                - name: from
                  in: query
                  description: The first hour, a full one; by default 30 days before `to`.
                  schema: { type: string, format: date-time }
                  example: "2026-11-01T00:00:00Z"
                - name: to
                  in: query
                  description: The hour behind the last, a full one; by default that behind the present one.
                  schema: { type: string, format: date-time }
                  example: "2026-12-01T00:00:00Z"
                - name: interval
                  in: query
                  schema: { enum: [hour, day, month], default: day }
                  example: day
                - name: group_by
                  in: query
                  schema: { enum: [action] }
                  example: action
                - { $ref: "#/components/parameters/creditType" }
              responses:
                "200":
                  description: The sums, in ascending order.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/UsageRollup" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/entitlement:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: getEntitlement
              summary: Whether a customer's credits cover some work.
              description: |
                Answered from memory, and sets nothing aside: of two who ask at the same time, both may be
                told yes. Where that matters, send a `hold`, do the work, and name its `hold_id` in the
                usage event. Covered is what `available` and the account's overdraft limit cover; an account
                whose overdraft is `record` is not covered below 0, though its usage would be recorded.
                Every parameter that is not named here is a dimension.
              parameters:
                - name: action
                  in: query
                  description: What is to be done; required without `credits`.
                  schema: { type: string }
                  example: image.generate
                - name: quantity
                  in: query
                  schema: { type: string, pattern: "^[0-9]{1,26}(\\.[0-9]{1,12})?$", default: "1" }
                  example: "4"
                - name: credits
                  in: query
                  description: An explicit price, which wins over the rate card.
                  schema: { type: string, pattern: "^[0-9]{1,26}(\\.[0-9]{1,12})?$" }
                  example: "2.5"
                - name: credit_type
                  in: query
                  description: >-
                    Which of the customer's accounts; where it is left out, that of the rate, and `credits`
                    where no rate names one.
                  schema: { type: string, minLength: 1 }
                  examples:
                    usual: { value: credits }
                    own: { value: gpu_seconds, summary: Credits that are kept apart. }
              responses:
                "200":
                  description: The answer, also where it is no.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Entitlement" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/usage/{usage_id}:
            parameters:
              - name: usage_id
                in: path
                required: true
                schema: { type: string, minLength: 1 }
                examples:
                  image: { value: img_12345 }
                  chat: { value: chat_67890, summary: "Of the source `gateway`." }
            get:
              operationId: getUsage
              summary: The entry that a usage event made.
              parameters:
                - name: source
                  in: query
                  description: The event's source; usage ids are unique per source.
                  schema: { type: string, default: "" }
                  examples:
                    none: { value: "" }
                    gateway: { value: gateway }
              responses:
                "200":
                  description: The entry.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Entry" } }
                "404":
                  description: No usage of this source and id was applied.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }

        """#
}
