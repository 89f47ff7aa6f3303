using IconDiffusion.Client.Commands;

return await CommandLine.RunAsync(args, SiloProgram.Commands(), Failures.Explain);
