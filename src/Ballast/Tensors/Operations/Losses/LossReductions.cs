namespace Ballast;

/// <summary>What reductions have in common.</summary>
static class LossReductions
{
    /// <summary>What the sum is divided by.</summary>
    /// <param name="reduction">The reduction.</param>
    /// <param name="input">The shape of the loss's input.</param>
    /// <param name="count">How many losses there are.</param>
    public static double Divisor(this Reduction reduction, Shape input, double count) => reduction switch
    {
        Reduction.Mean => count,
        Reduction.BatchMean => input.Rank == 0 ? 1 : input[0],
        _ => 1,
    };

    /// <summary>The share of one loss in the output; 0 where every value has its own.</summary>
    public static double Share(this Reduction reduction, Shape input, double count) => reduction switch
    {
        Reduction.None => 0,
        Reduction.Sum => 1,
        _ => reduction.Divisor(input, count) is > 0 and var divisor ? 1 / divisor : 0,
    };

    /// <summary>Losses that were computed one by one, put together.</summary>
    /// <param name="reduction">The reduction.</param>
    /// <param name="losses">The losses, with one for each sample or each element.</param>
    public static Tensor Of(this Reduction reduction, Tensor losses) => reduction switch
    {
        Reduction.Mean => losses.Mean(),
        Reduction.Sum => losses.Sum(),
        Reduction.BatchMean => losses.Sum() / reduction.Divisor(losses.Shape, 1),
        _ => losses,
    };
}
