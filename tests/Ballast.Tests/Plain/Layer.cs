namespace Ballast.Tests.Plain;

/// <summary>One layer of a random network: what it reads, and what it computes from that.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Inputs">The numbers of the values that it reads.</param>
/// <param name="Module">Its module, where it has one.</param>
/// <param name="Compute">Its result.</param>
sealed record Layer(string Name, int[] Inputs, Module? Module, Func<Tensor[], Tensor> Compute)
{
    public Shape Shape { get; set; }

    /// <summary>The loss that it computes, where it does.</summary>
    public object? Loss { get; init; }
}
