namespace Ballast;

/// <summary>What becomes of the rows of a bag. PyTorch: the <c>mode</c> of <c>nn.EmbeddingBag</c>.</summary>
public enum EmbeddingBagMode
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest value of each column.</summary>
    Max,
}
