namespace Ballast;

/// <summary>Outputs and targets as classes: which one the network named, and which one it should have. Where there are several labels at once,
/// each output is a yes or no of its own.</summary>
/// <param name="Named">The class that has the largest output, 0 or 1 for a yes or no; -1 where an output is not a number.</param>
/// <param name="Wanted">The class of the target; -1 where it does not count.</param>
/// <param name="Classes">How many classes there are: 2 for a yes or no.</param>
/// <param name="Columns">How many yes-or-nos there are side by side; 0 where outputs are one class of several.</param>
readonly record struct Classified(int[] Named, int[] Wanted, int Classes, int Columns)
{
    /// <summary>Reads outputs and targets.</summary>
    /// <param name="metric">Who wants it, for errors.</param>
    /// <param name="outputs">Logits [N, C, ...] or [N, ..., C]; or [N], [N, 1] or of the targets' shape for a yes or no each.</param>
    /// <param name="targets">Classes, int64 [N, ...]; yes or no as 1 or 0 of any type; or shares of classes, float [N, C].</param>
    /// <param name="multiLabel">Whether targets [N, C] are C yes-or-nos, and not shares of one class.</param>
    /// <param name="ignored">The class that does not count.</param>
    public static Classified Of(string metric, Tensor outputs, Tensor targets, bool multiLabel, long ignored)
    {
        if (outputs.Length == targets.Length && (outputs.Shape == targets.Shape || IsColumn(outputs, targets)))
        {
            return !multiLabel && targets.ElementType.IsFloat() && outputs.Shape.Rank == 2 && outputs.Shape[1] > 1
                ? new Classified(Largest(outputs, 1), Largest(targets, 1), outputs.Shape[1], 0)
                : new Classified(YesOrNo(outputs, 0), YesOrNo(targets, 0.5f), 2, outputs.Shape.Rank == 2 ? outputs.Shape[1] : 1);
        }

        int axis = ClassAxis(outputs, targets);
        Throw.Unless(axis > 0 && targets.ElementType == ElementType.Int64,
            $"{metric}: expected logits [N, C, ...] for classes int64 [N, ...], or outputs and targets of one shape, got {outputs.Shape} and "
                + $"{targets.ElementType.Name()} {targets.Shape}. Name the metrics that fit (Metrics = [] for none).");
        int[] wanted = [.. targets.ToArray<long>().Select(label => label == ignored ? -1 : checked((int)label))];
        int lowest = wanted.Length == 0 ? 0 : wanted.Min(), highest = wanted.Length == 0 ? -1 : wanted.Max();
        Throw.Unless(lowest >= -1 && highest < outputs.Shape[axis],
            $"{metric}: expected classes from 0 to {outputs.Shape[axis] - 1} for outputs {outputs.Shape}, got {(lowest < -1 ? lowest : highest)}.");
        return new Classified(Largest(outputs, axis), wanted, outputs.Shape[axis], 0);
    }

    /// <summary>The axis of the classes: the second, as losses have it, or the last; 0 where neither fits.</summary>
    public static int ClassAxis(Tensor outputs, Tensor targets)
    {
        int rank = outputs.Shape.Rank;
        if (rank != targets.Shape.Rank + 1 || rank < 2)
            return 0;
        return Without(outputs.Shape, 1) == targets.Shape ? 1 : Without(outputs.Shape, rank - 1) == targets.Shape ? rank - 1 : 0;
    }

    /// <summary>Whether one is [N, 1] where the other is [N].</summary>
    public static bool IsColumn(Tensor outputs, Tensor targets) =>
        outputs.Shape.Rank is 1 or 2 && targets.Shape.Rank is 1 or 2 && outputs.Shape[0] == targets.Shape[0];

    /// <summary>Values of any type as floats.</summary>
    public static Tensor Floats(Tensor values) => values.ElementType == ElementType.Float32 ? values : values.To(ElementType.Float32);

    /// <summary>The sizes around an axis: how many rows before it, how many classes, how many positions behind it.</summary>
    public static (int Outer, int Classes, int Inner) Sizes(Shape shape, int axis)
    {
        int outer = 1, inner = 1;
        for (int i = 0; i < shape.Rank; i++)
            (outer, inner) = i < axis ? (outer * shape[i], inner) : i > axis ? (outer, inner * shape[i]) : (outer, inner);
        return (outer, shape[axis], inner);
    }

    static Shape Without(Shape shape, int axis)
    {
        int[] sizes = shape.ToArray();
        return new Shape([.. sizes[..axis], .. sizes[(axis + 1)..]]);
    }

    static int[] Largest(Tensor tensor, int axis)
    {
        var (outer, classes, inner) = Sizes(tensor.Shape, axis);
        var values = Floats(tensor).Read();
        int[] largest = new int[outer * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                int start = o * classes * inner + i, best = 0;
                bool isNumber = true;
                for (int c = 0; c < classes; c++)
                {
                    float value = values[start + c * inner];
                    isNumber &= !float.IsNaN(value);
                    best = value > values[start + best * inner] ? c : best;
                }

                largest[o * inner + i] = isNumber ? best : -1;
            }
        }

        return largest;
    }

    static int[] YesOrNo(Tensor tensor, float limit)
    {
        var values = Floats(tensor).Read();
        int[] named = new int[values.Length];
        for (int i = 0; i < named.Length; i++)
            named[i] = float.IsNaN(values[i]) ? -1 : values[i] > limit ? 1 : 0;
        return named;
    }
}
