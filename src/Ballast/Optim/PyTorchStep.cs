namespace Ballast;

/// <summary>How PyTorch keeps the number of steps in the state of an optimizer.</summary>
enum PyTorchStep
{
    /// <summary>As a float tensor of one value.</summary>
    Tensor,

    /// <summary>As a whole number.</summary>
    Whole,

    /// <summary>Not at all.</summary>
    None,
}
