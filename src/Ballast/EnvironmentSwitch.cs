namespace Ballast;

/// <summary>What an environment variable that is 1 or 0 says. It is read once, as a constant of the program; what is neither is refused
/// where the switch is asked for, because a static constructor that throws would hide the sentence.</summary>
enum EnvironmentSwitch
{
    /// <summary>Not set, empty, 0 or false.</summary>
    Off,

    /// <summary>1 or true.</summary>
    On,

    /// <summary>Something else.</summary>
    Unknown,
}

/// <summary>Reads switches of the environment.</summary>
static class EnvironmentSwitches
{
    /// <summary>What a variable says.</summary>
    public static EnvironmentSwitch Read(string name) => Parse(Environment.GetEnvironmentVariable(name));

    /// <summary>What a text means.</summary>
    public static EnvironmentSwitch Parse(string? text) =>
        string.IsNullOrEmpty(text) || text == "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase) ? EnvironmentSwitch.Off
        : text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase) ? EnvironmentSwitch.On
        : EnvironmentSwitch.Unknown;

    /// <summary>Whether a switch is on.</summary>
    /// <param name="state">What <see cref="Read"/> gave.</param>
    /// <param name="name">The variable.</param>
    /// <exception cref="InvalidOperationException">The variable is neither 1 nor 0.</exception>
    public static bool IsOn(this EnvironmentSwitch state, string name)
    {
        if (state == EnvironmentSwitch.Unknown)
            Refuse(name);
        return state == EnvironmentSwitch.On;
    }

    static void Refuse(string name) => Throw.InvalidOperation(
        $"{name}: expected \"1\" or \"0\", got \"{Environment.GetEnvironmentVariable(name)}\". Correct the environment variable, or leave it unset.");
}
