namespace Ballast.Tests.Plain;

// Functions of two elements, comparisons, and what chooses between elements.
static partial class PlainOperations
{
    static Rule Pair(Func<Number, Number, Number> value, Func<Number, Number, Number> slopeX, Func<Number, Number, Number> slopeY) =>
        (_, x) => Typed(x, Numbers.Zip(x[0], x[1], value, slopeX, slopeY));

    // Integers stay integers.
    static Numbers Typed(Numbers[] x, Numbers result)
    {
        bool whole = x.All(static input => input.Type == ElementType.Int64);
        return whole ? new Numbers(result.Shape, Array.ConvertAll(result.Values, static v => new Number(v.Value))) { Type = ElementType.Int64 } : result;
    }

    // The share of a larger element in the gradient: all, or half between equal ones.
    static double Share(Number x, Number y) => x.Value == y.Value ? 0.5 : x > y ? 1 : 0;

    static Rule Compare(Func<Number, Number, bool> holds) => (_, x) => Truth(Numbers.Zip(
        x[0], x[1], (a, b) =>
        {
            Number.Watch(a, b);
            return holds(a, b) ? 1 : 0;
        },
        static (_, _) => 0, static (_, _) => 0));

    static Rule Judge(Func<Number, bool> holds) => (_, x) => Truth(x[0].Map(v => holds(v) ? 1 : 0, static (_, _) => 0));

    static Numbers Truth(Numbers x) => new(x.Shape, x.Values) { Type = ElementType.Bool };

    static Numbers Convert(Numbers x, ElementType type) => type.IsFloat()
        ? x.Type.IsFloat() ? x : new Numbers(x.Shape, x.Values)
        : new Numbers(x.Shape, Array.ConvertAll(x.Values, v => new Number(type == ElementType.Bool ? v.Value != 0 ? 1 : 0 : Math.Truncate(v.Value))))
        {
            Type = type,
        };

    static Number Power(Number x, Number y) => new(
        Math.Pow(x.Value, y.Value),
        Math.Abs(y.Value * Math.Pow(x.Value, y.Value - 1)) * x.Error
            + Math.Abs(Math.Pow(x.Value, y.Value)) * (4 + (1 + y.Error) * Math.Abs(Math.Log(Math.Max(Math.Abs(x.Value), 1e-300)) * Math.Max(1, Math.Abs(y.Value)))));

    static Number Quotient(Number x, Number y)
    {
        Number.Watch(x / y, Math.Round(x.Value / y.Value));
        return Math.Floor(x.Value / y.Value);
    }

    static Dictionary<string, Rule> Pairs => new()
    {
        ["add"] = Pair(static (a, b) => a + b, static (_, _) => 1, static (_, _) => 1),
        ["subtract"] = Pair(static (a, b) => a - b, static (_, _) => 1, static (_, _) => -1),
        ["multiply"] = Pair(static (a, b) => a * b, static (_, b) => b, static (a, _) => a),
        ["divide"] = static (_, x) => x[0] / x[1],
        ["maximum"] = Pair(static (a, b) => a > b ? a : b, static (a, b) => Share(a, b), static (a, b) => Share(b, a)),
        ["minimum"] = Pair(static (a, b) => a > b ? b : a, static (a, b) => Share(b, a), static (a, b) => Share(a, b)),
        ["pow"] = Pair(Power, static (a, b) => b * Power(a, b - 1), static (a, b) => Power(a, b) * Math.Log(a.Value)),
        ["atan2"] = Pair(
            static (y, x) => new Number(Math.Atan2(y.Value, x.Value), 4 + (Math.Abs(x.Value) * y.Error + Math.Abs(y.Value) * x.Error)
                / (x.Value * x.Value + y.Value * y.Value)),
            static (y, x) => x / (x * x + y * y), static (y, x) => -(y / (x * x + y * y))),
        ["prelu"] = Pair(static (x, a) => x > 0 ? x : a * x, static (x, a) => x > 0 ? 1 : a, static (x, _) => x > 0 ? 0 : x),
        ["remainder"] = Pair(static (a, b) => a - Quotient(a, b) * b, static (_, _) => 1, static (a, b) => -Quotient(a, b)),
        ["where"] = static (_, x) =>
        {
            var chosen = Convert(x[0], ElementType.Float32);
            return Typed(x[1..], chosen * x[1] + (1 - chosen) * x[2]);
        },
        ["convert"] = static (node, x) => Convert(x[0], node.Get<ElementType>("type")),
    };

    static Dictionary<string, Rule> Tests => new()
    {
        ["equal_to"] = Compare(static (a, b) => a.Value == b.Value),
        ["not_equal_to"] = Compare(static (a, b) => a.Value != b.Value),
        ["less"] = Compare(static (a, b) => a.Value < b.Value),
        ["less_or_equal"] = Compare(static (a, b) => a.Value <= b.Value),
        ["logical_and"] = Compare(static (a, b) => a.Value != 0 && b.Value != 0),
        ["logical_or"] = Compare(static (a, b) => a.Value != 0 || b.Value != 0),
        ["logical_xor"] = Compare(static (a, b) => a.Value != b.Value),
        ["logical_not"] = Judge(static a => a.Value == 0),
        ["not_a_number"] = Judge(static a => double.IsNaN(a.Value)),
        ["finite_number"] = Judge(static a => double.IsFinite(a.Value)),
        ["infinite_number"] = Judge(static a => double.IsInfinity(a.Value)),
    };
}
