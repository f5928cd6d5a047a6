using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The one place that throws. A message says what came, what was expected, and what to do about it.</summary>
static class Throw
{
    /// <summary>An argument that cannot be used: a wrong shape, a value out of range.</summary>
    [DoesNotReturn]
    public static void Argument(string message, Exception? inner = null) => throw new ArgumentException(message, inner);

    /// <summary>An argument that cannot be used, with a remedy that a program may say in its own words.</summary>
    [DoesNotReturn]
    public static void Argument(string problem, RemedyKind remedy, string remedyText) =>
        throw new Remedy(remedy, remedyText).Refuse(problem);

    /// <inheritdoc cref="Argument(string, Exception)"/>
    [DoesNotReturn]
    public static void Argument(ref Text message) => Argument(message.ToString());

    /// <summary>An operation that the object's present state does not allow.</summary>
    [DoesNotReturn]
    public static void InvalidOperation(string message) => throw new InvalidOperationException(message);

    /// <inheritdoc cref="InvalidOperation(string)"/>
    [DoesNotReturn]
    public static void InvalidOperation(ref Text message) => InvalidOperation(message.ToString());

    /// <summary>Workers that cannot go on together.</summary>
    [DoesNotReturn]
    public static void Communication(string message) => throw new CommunicationException(message);

    /// <inheritdoc cref="Communication(string)"/>
    [DoesNotReturn]
    public static void Communication(ref Text message) => Communication(message.ToString());

    /// <summary>A file whose content cannot be used.</summary>
    [DoesNotReturn]
    public static void InvalidData(string message, Exception? inner = null) =>
        throw new InvalidDataException(message, inner);

    /// <inheritdoc cref="InvalidData(string, Exception?)"/>
    [DoesNotReturn]
    public static void InvalidData(ref Text message, Exception? inner = null) => InvalidData(message.ToString(), inner);

    /// <summary>Numbers as a message lists them: <c>1.5, -0.5</c>.</summary>
    public static string List(IEnumerable<float>? values) =>
        string.Join(", ", (values ?? []).Select(static value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Refuses with <paramref name="message"/> unless <paramref name="condition"/> holds; the message is
    /// composed only when it is needed.</summary>
    public static void Unless(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] ref Message message)
    {
        if (!condition)
            Argument(message.ToString());
    }

    /// <summary>Builds a text with numbers as they are written everywhere, whatever the culture of the caller.</summary>
    [InterpolatedStringHandler]
    public ref struct Text(int literalLength, int formattedCount)
    {
        DefaultInterpolatedStringHandler text = new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture);

        public void AppendLiteral(string value) => text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string? format) => text.AppendFormatted(value, format);

        public void AppendFormatted(string? value) => text.AppendFormatted(value);

        public void AppendFormatted(object? value) => text.AppendFormatted(value);

        public void AppendFormatted(ReadOnlySpan<char> value) => text.AppendFormatted(value);

        public override string ToString() => text.ToStringAndClear();
    }

    /// <summary>Builds the text of <see cref="Unless"/> only when the condition has failed.</summary>
    [InterpolatedStringHandler]
    public ref struct Message
    {
        DefaultInterpolatedStringHandler text;
        readonly bool needed;

        public Message(int literalLength, int formattedCount, bool condition, out bool isEnabled)
        {
            needed = isEnabled = !condition;
            if (needed)
                text = new DefaultInterpolatedStringHandler(literalLength, formattedCount,
                    System.Globalization.CultureInfo.InvariantCulture);
        }

        public void AppendLiteral(string value) => text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string? format) => text.AppendFormatted(value, format);

        public override string ToString() => needed ? text.ToStringAndClear() : "";
    }
}
