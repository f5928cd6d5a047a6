using System.Runtime.InteropServices;

namespace Ballast.Cli;

/// <summary>Ctrl-C and the signal to terminate: the first asks the work to stop, a second one ends the program.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource source = new();
    readonly PosixSignalRegistration[] registrations;

    public Interruption() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    /// <summary>What the work looks at.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The exit code of a program that the last signal ended: 128 and its number.</summary>
    public static int ExitCode { get; private set; } = 130;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    void Handle(PosixSignalContext context)
    {
        ExitCode = context.Signal == PosixSignal.SIGTERM ? 143 : 130;
        if (source.IsCancellationRequested)
        {
            Output.ShowCursor();
            return;
        }

        context.Cancel = true;
        source.Cancel();
    }
}
