package io.countersign.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Everything that this process logs while it is open: ours at every level. */
final class HeardLogs implements AutoCloseable {
  private final List<Logger> loggers = new ArrayList<>();
  private final ListAppender<ILoggingEvent> heard = new ListAppender<>();

  HeardLogs() {
    for (String name : List.of("io.countersign", "io.temporal", "org.jdbi", "com.zaxxer")) {
      loggers.add((Logger) LoggerFactory.getLogger(name));
    }
    heard.start();
    loggers.forEach(logger -> logger.addAppender(heard));
    loggers.getFirst().setLevel(Level.TRACE);
  }

  /** Each with the name of its logger and with its stack. */
  List<String> lines() {
    return List.copyOf(heard.list).stream()
        .map(
            event ->
                event.getLoggerName()
                    + " "
                    + event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                        ? ""
                        : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())))
        .toList();
  }

  @Override
  public void close() {
    loggers.forEach(logger -> logger.detachAppender(heard));
    loggers.getFirst().setLevel(null);
  }
}
