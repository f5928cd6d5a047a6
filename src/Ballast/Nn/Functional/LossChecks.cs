namespace Ballast;

/// <summary>What losses ask of their inputs.</summary>
static class LossChecks
{
    /// <summary>Refuses values and targets that do not fit together.</summary>
    public static void Check(string name, Tensor input, Tensor target)
    {
        Throw.Unless(input.Shape == target.Shape,
            $"{name}: expected a target of the input's shape {input.Shape}, got {target.Shape}. {Remedy(input.Shape, target.Shape)}");
        Throw.Unless(target.ElementType.IsFloat(),
            $"{name}: expected a float32 target, got {target.ElementType.Name()} {target.Shape}. Convert it with To(ElementType.Float32).");
        CheckFull(name, input);
    }

    /// <summary>Refuses a batch without values.</summary>
    public static void CheckFull(string name, Tensor input) =>
        Throw.Unless(input.Length > 0, $"{name}: expected at least 1 value, got the shape {input.Shape}. Leave an empty batch out.");

    static string Remedy(Shape input, Shape target) => input.Length == target.Length
        ? $"There are as many values in both: target.Reshape({input}) has the input's shape."
        : $"Of class labels, labels.OneHot({(input.Rank > 0 ? input[^1] : 1)}).To(ElementType.Float32) makes one.";

    /// <summary>Refuses values that are not from 0 to 1.</summary>
    public static void CheckShares(string name, string what, Tensor values, string remedy)
    {
        foreach (float value in values.AsSpan())
            Throw.Unless(value is >= 0 and <= 1, $"{name}: expected {what} from 0 to 1, got {value}. {remedy}");
    }

    /// <summary>Refuses weights that do not broadcast to the input.</summary>
    public static void CheckWeight(string name, string what, Tensor input, Tensor? weight)
    {
        if (weight is null)
            return;
        bool fits = weight.Shape.Rank <= input.Shape.Rank;
        for (int axis = 1; fits && axis <= weight.Shape.Rank; axis++)
            fits = weight.Shape[^axis] == 1 || weight.Shape[^axis] == input.Shape[^axis];
        Throw.Unless(fits, $"{name}: expected {what} of a shape that broadcasts to the input's {input.Shape}, got {weight.Shape}.");
    }

    /// <summary>Refuses logits that are not [C], [N, C] or [N, C, ...] with a weight for each class.</summary>
    public static void CheckLogits(string name, Tensor input, float[]? weight)
    {
        var shape = input.Shape;
        int classes = shape.Rank == 0 ? 0 : shape[shape.Rank == 1 ? 0 : 1];
        Throw.Unless(classes > 0, $"{name}: expected logits [N, C] or [N, C, ...], got {shape}. The last layer must give one value for each class.");
        Throw.Unless(shape.Length > 0, $"{name}: expected at least 1 row of logits, got {shape}. Leave an empty batch out.");
        Throw.Unless(weight is null || weight.Length == classes,
            $"{name}: expected one class weight for each of the {classes} logits, got {weight?.Length}.");
    }

    /// <summary>Refuses a target that is neither the class of one sample nor its shares.</summary>
    public static void CheckSample(string name, Tensor input, Tensor target) => Throw.Unless(
        target.Shape.Rank == 0 || (target.ElementType.IsFloat() && target.Shape == input.Shape),
        $"{name}: expected logits [N, C] or [N, C, ...], got {input.Shape}. The last layer must give one value for each class.");

    /// <summary>Refuses labels that are not one for each position of logits [N, C, ...], and those that are neither classes nor
    /// ignored.</summary>
    public static void CheckLabels(string name, Tensor input, Tensor target, long ignore)
    {
        if (input.Shape.Rank == 2)
            TypedOperations.RequireLabels(name, input, target);
        Shape expected = new([input.Shape[0], .. input.Shape.ToArray().AsSpan(2)]);
        Throw.Unless(target.ElementType == ElementType.Int64 && target.Shape == expected,
            $"{name}: expected int64 labels {expected}, one for each position of the logits {input.Shape}, or float32 shares {input.Shape}, got "
                + $"{target.ElementType.Name()} {target.Shape}.");
        int classes = input.Shape[1];
        var labels = target.AsSpan<long>();
        for (int n = 0; n < labels.Length; n++)
        {
            long label = labels[n];
            Throw.Unless(label >= 0 || label == ignore, $"{name}: expected labels from 0 on, got {label} at {target.Shape.Position(n)}.");
            Throw.Unless(label < classes || label == ignore,
                $"{name}: the label {label} at {target.Shape.Position(n)} needs at least {label + 1} logits, got {classes}. "
                    + $"The last layer must have one output for each class.");
        }
    }

    /// <summary>Variances as they broadcast to the input, none below 0.</summary>
    public static Tensor Variances(Tensor input, Tensor var)
    {
        var rows = input.Shape.Rank == 0 ? input.Shape : input.Shape.WithLast(1);
        if (var.Shape != input.Shape && var.Shape != rows)
        {
            Throw.Unless(var.Length == rows.Length && var.Shape.Rank == rows.Rank - 1,
                $"GaussianNLLLoss: expected variances {input.Shape} or {rows}, got {var.Shape}.");
            var = var.Reshape(rows);
        }

        foreach (float value in var.AsSpan())
            Throw.Unless(value >= 0, $"GaussianNLLLoss: expected variances of 0 or more, got {value}. Put a Softplus behind the network.");
        return var;
    }

    /// <summary>Refuses a number that is not finite or less than <paramref name="least"/>.</summary>
    public static void Number(string name, string what, double value, double least) =>
        Throw.Unless(double.IsFinite(value) && value >= least, $"{name}: expected {what} of {least} or more, got {value}.");

    /// <summary>Refuses a number that is not finite.</summary>
    public static void Finite(string name, string what, double value) =>
        Throw.Unless(double.IsFinite(value), $"{name}: expected {what} that is finite, got {value}.");

    /// <summary>Refuses a margin of cosines that no cosine can be.</summary>
    public static void Cosine(string name, double margin) =>
        Throw.Unless(margin is >= -1 and <= 1, $"{name}: expected a margin from -1 to 1, as cosines are, got {margin}. 0 to 0.5 is usual.");

    /// <summary>Refuses a number that is not finite and above 0.</summary>
    public static void Positive(string name, string what, double value) =>
        Throw.Unless(double.IsFinite(value) && value > 0, $"{name}: expected {what} above 0, got {value}.");

    /// <summary>A weight for each class as it was given to a constructor, once it is found usable.</summary>
    public static float[]? ClassWeights(string name, IReadOnlyList<float>? weight)
    {
        Throw.Unless(weight is null || (weight.All(static w => float.IsFinite(w) && w >= 0) && weight.Any(static w => w > 0)),
            $"{name}: expected finite class weights of 0 or more, one of them above 0, got {Throw.List(weight)}.");
        return weight is null ? null : [.. weight];
    }

    /// <summary>Numbers of type double as float32; null as null.</summary>
    public static float[]? Rounded(IReadOnlyList<double>? weight) => weight is null ? null : Tensor.Rounded([.. weight]);

    /// <summary>The same as a tensor [C].</summary>
    public static Tensor? ClassTensor(string name, IReadOnlyList<float>? weight) =>
        ClassWeights(name, weight) is { } values ? Tensor.From(values, [values.Length]) : null;

    /// <summary>A weight for each class as it was given to a constructor as a tensor [C], once it is found usable.</summary>
    public static Tensor? ClassTensor(string name, Tensor? weight)
    {
        Throw.Unless(weight is null || (weight.Shape.Rank == 1 && weight.ElementType.IsFloat()),
            $"{name}: expected class weights [C], float32, got {weight?.ElementType.Name()} {weight?.Shape}.");
        ClassWeights(name, weight);
        return weight;
    }

    /// <summary>The same as numbers.</summary>
    public static float[]? ClassWeights(string name, Tensor? weight) => ClassWeights(name, weight?.ToArray());

    /// <summary>How often each class is named in rows of classes that end at the first -1, and which are not.</summary>
    public static (Tensor Owns, Tensor Others) Memberships(string name, Tensor target)
    {
        var (owns, others) = (Tensor.Zeros(target.Shape), Tensor.Ones(target.Shape));
        Span<float> own = owns.Mutate(), other = others.Mutate();
        var named = target.AsSpan<long>();
        int classes = target.Shape[1];
        for (int start = 0; start < named.Length; start += classes)
        {
            for (int i = 0; i < classes && named[start + i] != -1; i++)
            {
                long label = named[start + i];
                Throw.Unless(label >= 0 && label < classes,
                    $"{name}: expected classes from 0 to {classes - 1}, and -1 behind the last one, got {label} at "
                        + $"{target.Shape.Position(start + i)}.");
                own[start + (int)label]++;
                other[start + (int)label] = 0;
            }
        }

        return (owns, others);
    }

    /// <summary>The length of each sequence, from 0 to the most there can be.</summary>
    public static int[] Lengths(string name, string what, Tensor lengths, int samples, int most)
    {
        Throw.Unless(lengths.ElementType == ElementType.Int64 && lengths.Length == samples,
            $"{name}: expected {samples} {what}, int64, got {lengths.ElementType.Name()} {lengths.Shape}.");
        long[] each = lengths.ToArray<long>();
        for (int i = 0; i < each.Length; i++)
        {
            Throw.Unless(each[i] >= 0 && each[i] <= most,
                $"{name}: expected {what} from 0 to {most}, got {each[i]} at {lengths.Shape.Position(i)}.");
        }

        return Array.ConvertAll(each, static length => (int)length);
    }

    /// <summary>The labels of each sequence, of rows or one behind the other.</summary>
    public static int[][] LabelSequences(string name, Tensor targets, int[] lengths, int classes)
    {
        TypedOperations.RequireIndex(name, targets, "labels");
        bool rows = targets.Shape.Rank == 2;
        Throw.Unless(rows ? targets.Shape[0] == lengths.Length : targets.Shape.Rank == 1 && targets.Length == lengths.Sum(),
            $"{name}: expected labels [{lengths.Length}, S], or all {lengths.Sum()} one behind the other, got {targets.Shape}.");
        var labels = targets.AsSpan<long>();
        int[][] sequences = new int[lengths.Length][];
        int start = 0;
        for (int n = 0; n < lengths.Length; n++)
        {
            sequences[n] = new int[lengths[n]];
            for (int i = 0; i < lengths[n]; i++)
            {
                long label = labels[start + i];
                Throw.Unless(label >= 0 && label < classes,
                    $"{name}: expected labels from 0 to {classes - 1}, got {label} at {targets.Shape.Position(start + i)}.");
                sequences[n][i] = (int)label;
            }

            start += rows ? targets.Shape[1] : lengths[n];
        }

        return sequences;
    }
}
