namespace Ballast;

/// <summary>The order in which a <see cref="DataLoader"/> takes the samples of a dataset: which ones, how often, and how many an epoch has.
/// PyTorch: <c>torch.utils.data.Sampler</c>.</summary>
/// <remarks>One of one's own draws all that it needs from the generator it is given: a resumed run draws the order of an epoch once more and
/// goes on in its middle.</remarks>
public abstract class Sampler
{
    /// <summary>How many samples an epoch has.</summary>
    public abstract int Count { get; }

    /// <summary>Writes the order of an epoch, drawn anew for each.</summary>
    /// <param name="order">Room for the indices of <see cref="Count"/> samples.</param>
    /// <param name="generator">The loader's generator; null where it has none of its own, and <see cref="Generator.Default"/> is
    /// meant.</param>
    public abstract void Draw(Span<int> order, Generator? generator);

    /// <summary>Draws what PyTorch's sampler does when it is asked for more than it has, and which is not used.</summary>
    internal virtual void DrawUnused(Generator? generator)
    {
    }
}
