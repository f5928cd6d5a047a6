namespace Ballast;

/// <summary>Values held as a small recipe until somebody reads them. An operation that knows the recipe takes it as it is and
/// saves a pass over memory; any other reads, and reading computes the values once. A recipe holds the memory it reads
/// from and copies of the small things it needs, so that it always gives the values of the moment it was made.</summary>
abstract class Deferred
{
    int holders = 1;

    /// <summary>Whether there is one holder alone.</summary>
    public bool IsExclusive => holders == 1;

    /// <summary>Computes all values.</summary>
    public abstract void Write(Span<float> destination);

    /// <summary>One more holder.</summary>
    public Deferred Hold()
    {
        Interlocked.Increment(ref holders);
        return this;
    }

    /// <summary>One holder fewer; the last one lets go of what the recipe reads from.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
            ReleaseSources();
    }

    /// <summary>Lets go of the memory that the recipe reads from.</summary>
    protected abstract void ReleaseSources();
}
