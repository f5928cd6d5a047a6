namespace Ballast;

/// <summary>What <see cref="Tensor.Pad"/> puts around a tensor.</summary>
public enum PadMode
{
    /// <summary>One value everywhere.</summary>
    Constant,

    /// <summary>The values mirrored at the outermost ones, which are not repeated.</summary>
    Reflect,

    /// <summary>The outermost values repeated.</summary>
    Replicate,

    /// <summary>The values of the other end.</summary>
    Circular,
}
