namespace Ballast;

/// <summary>How the losses of a batch become one tensor.</summary>
public enum Reduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>As they are: one for each sample.</summary>
    None,

    /// <summary>Their sum, divided by the number of samples, which is the size of the first axis. PyTorch: <c>batchmean</c>, of
    /// <c>KLDivLoss</c> alone; here every loss has it.</summary>
    BatchMean,
}
