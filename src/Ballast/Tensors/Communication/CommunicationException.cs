namespace Ballast;

/// <summary>The workers of an <see cref="ICommunicator"/> cannot go on together: one is lost, late, or does something else than the
/// others.</summary>
public sealed class CommunicationException : Exception
{
    /// <summary>Says what happened and what to do about it.</summary>
    public CommunicationException(string message) : base(message)
    {
    }
}
