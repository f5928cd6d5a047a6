namespace Ballast;

/// <summary>What a pointwise loss asks of its inputs.</summary>
static class PointwiseLoss
{
    /// <summary>Refuses values and targets that do not fit together.</summary>
    public static void Check(string name, Tensor input, Tensor target)
    {
        Throw.Unless(input.Shape == target.Shape,
            $"{name}: expected a target of the input's shape {input.Shape}, got {target.Shape}. {Remedy(input.Shape, target.Shape)}");
        Throw.Unless(target.ElementType == ElementType.Float32,
            $"{name}: expected a float32 target, got {target.ElementType.Name()} {target.Shape}. Convert it with To(ElementType.Float32).");
        Throw.Unless(input.Length > 0, $"{name}: expected at least 1 value, got the shape {input.Shape}. Leave an empty batch out.");
        Throw.Unless(!target.RequiresGrad,
            $"{name}: the target was computed from parameters, but a target is data and gets no gradient. Pass target.Detach().");
    }

    static string Remedy(Shape input, Shape target) => input.Length == target.Length
        ? $"There are as many values in both: target.Reshape({input}) has the input's shape."
        : $"Of class labels, labels.OneHot({(input.Rank > 0 ? input[^1] : 1)}).To(ElementType.Float32) makes one.";

    /// <summary>Refuses values that are not from 0 to 1.</summary>
    public static void CheckShares(string name, string what, Tensor values, string remedy)
    {
        foreach (float value in values.AsSpan())
            Throw.Unless(value is >= 0 and <= 1, $"{name}: expected {what} from 0 to 1, got {value}. {remedy}");
    }
}
