namespace Ballast;

/// <summary>What a pointwise loss asks of its inputs.</summary>
static class PointwiseLoss
{
    /// <summary>Refuses values and targets that do not fit together.</summary>
    public static void Check(string name, Tensor input, Tensor target)
    {
        Throw.Unless(input.Shape == target.Shape && input.Length > 0,
            $"{name}: expected a target of the input's shape {input.Shape}, got {target.Shape}. Of class labels, labels.OneHot({(input.Shape.Rank > 0 ? input.Shape[^1] : 1)}) makes one.");
        Throw.Unless(!target.RequiresGrad,
            $"{name}: the target was computed from parameters, but a target is data and gets no gradient. Pass target.Detach().");
    }

    /// <summary>Refuses values that are not from 0 to 1.</summary>
    public static void CheckShares(string name, string what, Tensor values, string remedy)
    {
        foreach (float value in values.AsSpan())
            Throw.Unless(value is >= 0 and <= 1, $"{name}: expected {what} from 0 to 1, got {value}. {remedy}");
    }
}
