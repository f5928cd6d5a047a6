using System.Globalization;

namespace Ballast.Peers;

/// <summary>What the command line asks for.</summary>
/// <param name="Rows">A regular expression that names match.</param>
/// <param name="Threads">Numbers of threads.</param>
/// <param name="Pairs">Chunks of each side.</param>
/// <param name="Seconds">The time of a row, all sides together.</param>
/// <param name="Json">An object a row instead of a table.</param>
/// <param name="Alone">Beside Ballast itself on one thread, instead of the peers.</param>
/// <param name="Check">Only load the libraries: the exit code says whether they can be.</param>
sealed record PeerOptions(string Rows, int[] Threads, int Pairs, double Seconds, bool Json, bool Alone, bool Check)
{
    /// <summary>Reads them; null after a message where they are wrong.</summary>
    public static PeerOptions? Parse(string[] args)
    {
        var options = new PeerOptions("", [1, 2], 15, 3, false, false, false);
        try
        {
            for (int i = 0; i < args.Length; i++)
            {
                options = args[i] switch
                {
                    "--rows" => options with { Rows = args[++i] },
                    "--threads" => options with { Threads = [.. args[++i].Split(',').Select(Whole)] },
                    "--pairs" => options with { Pairs = Whole(args[++i]) },
                    "--seconds" => options with { Seconds = double.Parse(args[++i], CultureInfo.InvariantCulture) },
                    "--json" => options with { Json = true },
                    "--alone" => options with { Alone = true },
                    "--check" => options with { Check = true },
                    _ => throw new FormatException($"There is no option {args[i]}."),
                };
            }

            return options;
        }
        catch (Exception error) when (error is FormatException or IndexOutOfRangeException)
        {
            Console.Error.WriteLine($"{error.Message} Expected [--rows PATTERN] [--threads 1,2] [--pairs 15] [--seconds 3] [--json] [--alone].");
            return null;
        }

        static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) is > 0 and var value
            ? value : throw new FormatException($"Expected a number from 1 on, got {text}.");
    }
}
